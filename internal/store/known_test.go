package store

import (
	"errors"
	"testing"
	"time"

	"helpgate/internal/store/storetest"
	"helpgate/tickets"
)

// TestWhatIsKnownEndsWithAnothersWrite: a group knows what the one before it read, but not over a
// commit of another process, nor over an update of its own that was undone.
func TestWhatIsKnownEndsWithAnothersWrite(t *testing.T) {
	onEngines(t, func(t *testing.T, url string) {
		server, cli := openTest(t, url), openTest(t, url)
		hire := func(name string) func(*tx) error {
			return func(tx *tx) error {
				a := tickets.Agent{Name: name, Active: true}
				return errors.Join(tx.SaveAgent(t.Context(), &a),
					tx.Spend(t.Context(), "hired", storetest.Now, time.Hour))
			}
		}
		refused := errors.New("refused")
		want := 0
		for _, by := range []*DB{server, cli, server, cli, cli, server} {
			if err := by.update(t.Context(), 0, hire("Ann")); err != nil {
				t.Fatal(err)
			}
			want++
			err := server.update(t.Context(), 0, func(tx *tx) error {
				return errors.Join(hire("nobody")(tx), refused)
			})
			if !errors.Is(err, refused) {
				t.Fatal(err)
			}
			for range 2 { // by the database, and by what is known of it
				err := server.update(t.Context(), 0, func(tx *tx) error {
					agents, err := tx.Agents(t.Context())
					hired, failed := tx.Spent(t.Context(), "hired", storetest.Now)
					if len(agents) != want || hired != want {
						t.Errorf("%d agents and %d hired, want %d", len(agents), hired, want)
					}
					return errors.Join(err, failed)
				})
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}
