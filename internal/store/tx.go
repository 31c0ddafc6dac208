package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"helpgate/internal/store/blob"
	"helpgate/tickets"
)

// tx implements tickets.Tx.
type tx struct {
	run runner
	db  *DB
	// agents are what the group of updates knows of the agents; nil outside of one.
	agents *agents
	// budgets are what it knows of them; nil outside of one.
	budgets *budgets
	// queued tells that rows of the outbox may have become due.
	queued bool
	// places are what its rows name outside the database.
	places []blob.Place
}

var _ tickets.Tx = (*tx)(nil)

// do runs a statement that may change nothing and gives nothing; see runner.later.
func (t *tx) do(ctx context.Context, op, query string, args ...any) error {
	args, err := encode(args)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return t.run.later(ctx, op, query, args)
}

// change runs a statement that must change something: ErrNotFound otherwise.
func (t *tx) change(ctx context.Context, op, query string, args ...any) error {
	args, err := encode(args)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	n, err := t.run.exec(ctx, query, args)
	if err == nil && n == 0 {
		err = tickets.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// list gives all rows of a query. They are read to the end before anything else happens, because
// a prepared statement can be run only once at a time.
func list[T any](
	ctx context.Context, t *tx, op string, scan func(scanner) (T, error), query string, args ...any,
) ([]T, error) {
	return listEach(ctx, t, op, scan, query, args)
}

// listEach is list for a query that is run with one list of arguments after the other.
func listEach[T any](
	ctx context.Context, t *tx, op string, scan func(scanner) (T, error), query string,
	args ...[]any,
) (all []T, err error) {
	for _, one := range args {
		if _, err := encode(one); err != nil {
			return nil, fmt.Errorf("%s: %w", op, err)
		}
	}
	err = t.run.query(ctx, query, func(s scanner) error {
		one, err := scan(s)
		all = append(all, one)
		return err
	}, args...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	return all, nil
}

// one gives the only row of a query, ErrNotFound when there is none.
func one[T any](
	ctx context.Context, t *tx, op string, scan func(scanner) (T, error), query string, args ...any,
) (found T, err error) {
	all, err := list(ctx, t, op, scan, query, args...)
	if err != nil {
		return found, err
	}
	if len(all) == 0 {
		return found, fmt.Errorf("%s: %w", op, tickets.ErrNotFound)
	}
	return all[0], nil
}

// insert runs an INSERT that returns the new row's number.
func (t *tx) insert(ctx context.Context, op, query string, args ...any) (int64, error) {
	args, err := encode(args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	id, err := t.run.insert(ctx, query, args)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	return id, nil
}

func scanInt(s scanner) (n int64, err error) { return n, s.Scan(&n) }

func scanString(s scanner) (v string, err error) { return v, s.Scan(&v) }

// encode turns arguments, in their place, into what a column holds. Every text of the outside
// world passes here on its way in: PostgreSQL refuses NUL and bad UTF-8, SQLite takes both, and a
// mail must not live or die by the engine.
func encode(args []any) ([]any, error) {
	for i, arg := range args {
		switch v := arg.(type) {
		case nil, int, int64, []byte:
		case string:
			args[i] = clean(v)
		case bool:
			args[i] = 0
			if v {
				args[i] = 1
			}
		case time.Time:
			args[i] = microseconds(v)
		case asJSON:
			text, err := json.Marshal(v.value)
			if err != nil {
				return nil, err
			}
			args[i] = cleanJSON(string(text))
		default:
			if reflect.TypeOf(arg).Kind() != reflect.String {
				return nil, fmt.Errorf("a column cannot hold a %T", arg)
			}
			args[i] = clean(reflect.ValueOf(arg).String())
		}
	}
	return args, nil
}

func clean(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// microseconds is how a column holds a time; 0 is the zero time.
func microseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// asJSON is a value that a column holds as JSON: as an argument the value, in Scan a pointer to it.
type asJSON struct{ value any }

// Scan implements sql.Scanner.
func (j asJSON) Scan(column any) error {
	text, ok := column.(string)
	if !ok {
		return fmt.Errorf("%T is no JSON text", column)
	}
	return json.Unmarshal([]byte(text), j.value)
}

// cleanJSON takes the NULs out of the strings in JSON that encoding/json has written: it writes
// them as \u0000, and replaces bad UTF-8 by itself.
func cleanJSON(text string) string {
	if !strings.Contains(text, `\u0000`) {
		return text
	}
	var b strings.Builder
	for text != "" {
		n := 1
		if text[0] == '\\' {
			n = 2 // an escape is read whole, so that the text \\u0000 stays what it says
		}
		if rest, ok := strings.CutPrefix(text, `\u0000`); ok {
			text = rest
			continue
		}
		b.WriteString(text[:n])
		text = text[n:]
	}
	return b.String()
}

// instant scans a time.
type instant struct{ into *time.Time }

// Scan implements sql.Scanner.
func (i instant) Scan(column any) error {
	us, ok := column.(int64)
	if !ok {
		return fmt.Errorf("%T is no time", column)
	}
	*i.into = time.Time{}
	if us != 0 {
		*i.into = time.UnixMicro(us).UTC()
	}
	return nil
}

var (
	_ sql.Scanner = asJSON{}
	_ sql.Scanner = instant{}
)
