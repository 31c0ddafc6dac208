package store

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/store/storetest"
	"helpgate/mailout/queue"
)

// wholeReads are what a query may read from end to end: agents are few and all are wanted, lists
// are found from their newest end, an index of what waits or failed holds nothing else, and old
// counts are looked for once an hour.
var wholeReads = regexp.MustCompile(`^SCAN (a|due|budget|CONSTANT ROW|` +
	`held USING INDEX held_waiting|outbox USING (COVERING )?INDEX outbox_(by_rank|due|failed)|` +
	`customer USING INDEX customer_suppressed)$`)

// newest is the list of all, from the end.
var newest = regexp.MustCompile(`(?s)ORDER BY (id|number) DESC`)

// statements gives all that ran on the store: each was prepared. It takes the connections to read
// that, the writing one by an update: an update that failed is told so before its group has ended.
func statements(t *testing.T, db *DB) (queries []string) {
	t.Helper()
	s := db.engine.(*sqlite)
	var taken []*conn
	for range readers {
		taken = append(taken, <-s.readers)
	}
	err := db.update(context.Background(), 0, func(tx *tx) error {
		for _, c := range append(taken, tx.run.(fileLink).conn) {
			queries = slices.AppendSeq(queries, maps.Keys(c.prepared))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	for _, c := range taken {
		s.readers <- c
	}
	return queries
}

// checkPlans fails the test when a statement that ran on the store reads a table whole.
func checkPlans(t *testing.T, db *DB) {
	t.Helper()
	for _, query := range statements(t, db) {
		if !strings.Contains(query, "FROM") && !strings.Contains(query, "WHERE") {
			continue
		}
		for _, step := range plan(t, db, query) {
			if strings.HasPrefix(step, "SCAN") && !wholeReads.MatchString(step) &&
				!newest.MatchString(query) {
				t.Errorf("%s\n%s", step, query)
			}
		}
	}
}

// TestStatementsOfRunningGroup: the plans were once looked at while the writer still ended a group,
// which the race detector saw now and then.
func TestStatementsOfRunningGroup(t *testing.T) {
	bubble(t, func(t *testing.T, db *DB) {
		refused := errors.New("refused")
		results := group(t, db, setMark("a"), func(*tx) error { return refused })
		if results[0] != nil || !errors.Is(results[1], refused) {
			t.Errorf("got %v", results)
		}
		if queries := statements(t, db); !slices.Contains(queries, savepoint) {
			t.Errorf("got %q", queries)
		}
	})
}

func TestQueriesFindTheirIndex(t *testing.T) {
	t.Parallel()
	db := openTest(t, engines["sqlite"](t))
	all := queue.Share{Others: true}
	if _, err := db.Rows().Claim(t.Context(), all, storetest.Now, storetest.Now, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Rows().NextDue(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, query := range statements(t, db) {
		if strings.Contains(query, "'waiting', 'sending'") &&
			slices.ContainsFunc(plan(t, db, query), func(step string) bool {
				return strings.Contains(step, "COVERING INDEX outbox_")
			}) {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d of 2 queries for due rows use their index", found)
	}
}

// plan gives the steps by which SQLite runs the query.
func plan(t *testing.T, db *DB, query string) (steps []string) {
	t.Helper()
	names := parameter.FindAllString(query, -1)
	slices.Sort(names)
	args := make([]any, len(slices.Compact(names)))
	readers := db.engine.(*sqlite).readers
	c := <-readers
	defer func() { readers <- c }()
	err := c.query(context.Background(), "EXPLAIN QUERY PLAN "+query, func(s scanner) error {
		var id, parent, unused int
		var step string
		err := s.Scan(&id, &parent, &unused, &step)
		steps = append(steps, step)
		return err
	}, args)
	if err != nil {
		t.Fatalf("explain %s: %v", query, err)
	}
	return steps
}
