package testkit_test

import (
	"database/sql"
	"testing"

	"helpgate/internal/testkit"
)

func TestPostgresGivesEachCallerAnEmptyDatabase(t *testing.T) {
	t.Parallel()
	for range 2 {
		db, err := sql.Open("pgx", testkit.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.ExecContext(t.Context(), "CREATE TABLE once (x BIGINT)"); err != nil {
			t.Error(err)
		}
	}
}
