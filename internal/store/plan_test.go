package store

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helpgate/internal/store/storetest"
	"helpgate/mailout/queue"
)

// wholeReads are what a query may read from end to end: agents are few and all are wanted, lists
// are found from their newest end, and an index of what waits holds nothing else.
var wholeReads = regexp.MustCompile(`^SCAN (agent|agent_address USING INDEX.*|due|CONSTANT ROW|` +
	`held USING INDEX held_waiting)$`)

// newest is the list of all, from the end.
var newest = regexp.MustCompile(`(?s)ORDER BY (id|number) DESC`)

// checkPlans fails the test when a statement that ran on the store reads a table whole. It knows
// the statements, because each was prepared.
func checkPlans(t *testing.T, db *DB) {
	t.Helper()
	for _, c := range db.engine.(*sqlite).conns {
		for query := range c.prepared {
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
	for _, c := range db.engine.(*sqlite).conns {
		for query := range c.prepared {
			if strings.Contains(query, "'waiting', 'sending'") &&
				slices.ContainsFunc(plan(t, db, query), func(step string) bool {
					return strings.Contains(step, "COVERING INDEX outbox_due")
				}) {
				found++
			}
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
	read := db.engine.(*sqlite).read
	rows, err := read.QueryContext(context.Background(),
		"EXPLAIN QUERY PLAN "+parameter.ReplaceAllString(query, "?$1"), args...)
	if err != nil {
		t.Fatalf("explain %s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return steps
}
