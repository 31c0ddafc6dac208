package e2e

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"helpgate/internal/testkit/sink"
	"helpgate/tickets"
)

// fault is something that goes wrong under a running gateway.
type fault struct {
	o options
	// strike makes it happen, and gives the mend.
	strike func(t *testing.T, g *gateway) (mend func())
	// reply is how a mail's refusal begins, says what the log then tells the operator, and broken
	// what /readyz does.
	reply, says, broken string
}

// ride lets a fault strike a gateway at work. What was accepted before stays; what comes meanwhile
// is put off, and the operator is told; when it is mended all goes on, with no restart.
func (f fault) ride(t *testing.T) {
	t.Helper()
	f.o.config += withMetrics
	g := start(t, f.o)
	g.ready(http.StatusOK)
	before, during := carries("q0@customer"), carries("q1@customer")
	g.accept(alice, []string{support}, before.String())
	g.sent(ann, 1)
	g.settled()
	mend := f.strike(t, g)
	g.putOff(during, f.reply)
	g.logs(f.says)
	if body := g.ready(http.StatusServiceUnavailable); !strings.Contains(body, f.broken) {
		t.Errorf("/readyz does not say %q: %s", f.broken, body)
	}
	mend()
	g.ready(http.StatusOK)
	for _, m := range []mail{during, before} { // as their senders' servers come again
		g.accept(alice, []string{support}, m.String())
	}
	for _, note := range g.sent(ann, 2)[:2] {
		if len(note.Attachments) != 1 {
			t.Errorf("a notification has %d files", len(note.Attachments))
		}
	}
	g.settled()
	checkWhole(t, g, f.o, before, during)
	if _, metrics := g.get("/metrics"); !strings.Contains(metrics, "\nhelpgate_panics_total 0\n") {
		t.Error("something panicked")
	}
}

// carries is a question with a file that is too large for a row.
func carries(id string) mail {
	m := question(id)
	data := make([]byte, 100<<10)
	_, _ = rand.Read(data)
	m.files = []file{{"log.bin", "application/octet-stream", "", data}}
	return m
}

// putOff asks that a mail is refused for now, with a reply that begins so.
func (g *gateway) putOff(m mail, reply string) {
	g.t.Helper()
	err := g.deliver(m.from, []string{support}, m.String())
	var told *textproto.Error
	if !errors.As(err, &told) || !strings.HasPrefix(fmt.Sprint(told.Code, " ", told.Msg), reply) {
		g.t.Errorf("the mail got %v, want %s\n%s", err, reply, g.logged())
	}
}

// logs waits until the log says so.
func (g *gateway) logs(words string) {
	g.t.Helper()
	g.logsTimes(words, 1)
}

// logsTimes waits until the log has the words so often.
func (g *gateway) logsTimes(words string, n int) {
	g.t.Helper()
	for deadline := time.After(patience); ; {
		g.mu.Lock()
		text, said := g.log.String(), g.said
		g.mu.Unlock()
		if strings.Count(text, words) >= n {
			return
		}
		select {
		case <-said:
		case <-deadline:
			g.t.Fatalf("the log does not say %q:\n%s", words, text)
		}
	}
}

// checkWhole asks that each mail is exactly one message, with every byte of its files.
func checkWhole(t *testing.T, g *gateway, o options, mails ...mail) {
	t.Helper()
	db := beside(t, g, o)
	var all []tickets.Message
	err := db.View(t.Context(), func(tx tickets.Tx) error {
		list, err := tx.Tickets(t.Context(), tickets.TicketFilter{Merged: true})
		for _, tk := range list {
			more, err := tx.Messages(t.Context(), tk.Number)
			if err != nil {
				return err
			}
			all = append(all, more...)
		}
		return err
	})
	if err != nil || len(all) != len(mails) {
		t.Fatalf("%d messages, want %d: %v", len(all), len(mails), err)
	}
	for _, m := range mails {
		i := slices.IndexFunc(all, func(one tickets.Message) bool { return one.MessageID == m.id })
		if i < 0 || len(all[i].Attachments) != len(m.files) {
			t.Fatalf("mail %s is not there, or not whole", m.id)
		}
		for n, a := range all[i].Attachments {
			r, err := db.Blobs().Open(t.Context(), a.Blob.SHA256)
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err = errors.Join(err, r.Close()); err != nil || string(data) != string(m.files[n].data) {
				t.Errorf("file of mail %s: %d bytes, %v", m.id, len(data), err)
			}
		}
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 16)
	fault{
		o: options{data: disk},
		strike: func(t *testing.T, _ *gateway) func() {
			ballast := fill(t, disk)
			return func() { remove(t, ballast) }
		},
		reply: "452 4.3.1 ", says: "no space left on device", broken: "free space on the disk of " + disk,
	}.ride(t)
}

// TestFullDiskOfTheDatabase: where the files have room, the database says what is missing.
func TestFullDiskOfTheDatabase(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 16)
	fault{
		o: options{database: "sqlite:" + filepath.Join(disk, "helpgate.db")},
		strike: func(t *testing.T, _ *gateway) func() {
			ballast := fill(t, disk)
			return func() { remove(t, ballast) }
		},
		reply: "452 4.3.1 ", says: "free space on the disk of " + disk,
		broken: "free space on the disk of " + disk,
	}.ride(t)
}

// TestFullDiskDoublesNoDelivery: of a mail that was handed over while nothing could be written the
// result is written later.
func TestFullDiskDoublesNoDelivery(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t, 16)
	came, gone := make(chan struct{}, 10), make(chan struct{})
	release := sync.OnceFunc(func() { close(gone) })
	t.Cleanup(release)
	g := start(t, options{data: disk, relay: sink.Options{OnMail: func(sink.Mail) error {
		came <- struct{}{}
		<-gone
		return nil
	}}})
	g.accept(alice, []string{support}, question("q0@customer").String())
	<-came
	<-came
	ballast := fill(t, disk)
	release()
	g.sent(alice, 1)
	g.sent(ann, 1)
	g.putOff(question("q1@customer"), "452 4.3.1 ")
	remove(t, ballast)
	g.settled()
	for _, r := range ask[[]row](g, "queue", "list") {
		if r.Status != "sent" || r.Attempts != 1 {
			t.Errorf("the %s is %s after %d attempts", r.Kind, r.Status, r.Attempts)
		}
	}
	checkOnce(t, g)
}

func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	fault{
		strike: func(t *testing.T, g *gateway) func() {
			return freeze(t, filepath.Join(g.data, "helpgate.db"), filepath.Join(g.data, "helpgate.db-wal"))
		},
		reply: "451 4.3.", says: "see to it that helpgate may write to", broken: "not permitted",
	}.ride(t)
}

func TestDatabaseTakenAway(t *testing.T) {
	t.Parallel()
	fault{
		strike: func(t *testing.T, g *gateway) func() {
			return takeAway(t, filepath.Join(g.data, "helpgate.db"))
		},
		reply: "451 4.3.", says: "helpgate.db was taken away", broken: "put it back",
	}.ride(t)
}

func TestReadOnlyBlobs(t *testing.T) {
	t.Parallel()
	fault{
		strike: func(t *testing.T, g *gateway) func() {
			var folders []string
			err := filepath.WalkDir(filepath.Join(g.data, "blobs"),
				func(path string, _ os.DirEntry, err error) error {
					folders = append(folders, path)
					return err
				})
			if err != nil {
				t.Fatal(err)
			}
			return freeze(t, folders...)
		},
		reply: "451 4.3.", says: "operation not permitted", broken: "not permitted",
	}.ride(t)
}

func TestBlobsTakenAway(t *testing.T) {
	t.Parallel()
	fault{
		strike: func(t *testing.T, g *gateway) func() {
			return takeAway(t, filepath.Join(g.data, "blobs"))
		},
		reply: "451 4.3.", says: "blobs", broken: "blobs",
	}.ride(t)
}

// smallDisk gives a file system of that many MiB, which only root can make.
func smallDisk(t *testing.T, size int) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("helpgate-test", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", size))
	if errors.Is(err, syscall.EPERM) {
		t.Skip("a small disk needs a mount, which takes root")
	}
	if err != nil {
		t.Fatalf("mount: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return dir
}

// fill leaves no byte free on the disk, and gives the file that takes them all.
func fill(t *testing.T, disk string) string {
	t.Helper()
	path := filepath.Join(disk, "ballast")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for chunk := make([]byte, 1<<20); len(chunk) > 0; {
		if _, err := f.Write(chunk); err != nil {
			chunk = chunk[:len(chunk)/2]
		}
	}
	return path
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

// freeze makes files and folders such that nobody can write to them, root and those who have them
// open included, as on a file system that went read-only.
func freeze(t *testing.T, paths ...string) (thaw func()) {
	t.Helper()
	chattr := func(flag string) error {
		out, err := exec.Command("chattr", append([]string{flag}, paths...)...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("chattr: %w: %s", err, out)
		}
		return nil
	}
	t.Cleanup(func() { _ = chattr("-i") })
	if err := chattr("+i"); err != nil {
		t.Skipf("files can be made immutable by root only, on file systems that know it: %v", err)
	}
	return func() {
		if err := chattr("-i"); err != nil {
			t.Fatal(err)
		}
	}
}

// takeAway renames a file or folder, and gives what puts it back.
func takeAway(t *testing.T, path string) (putBack func()) {
	t.Helper()
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.RemoveAll(path); err != nil { // an empty one made in its place
			t.Fatal(err)
		}
		if err := os.Rename(path+".away", path); err != nil {
			t.Fatal(err)
		}
	}
}
