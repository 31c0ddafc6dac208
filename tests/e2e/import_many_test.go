package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"helpgate/internal/testkit"
)

// How many mails an import is measured with, how much memory it may take, and how much room
// on the disk archive and database need for a mail, in bytes.
const (
	manyMails     = 4_000
	manyMailsSoak = 1_000_000
	importMemory  = 96 << 20
	importRoom    = 6 << 10
)

// TestAnImportOfAnySizeNeedsLittleMemory takes an mbox of mails of 1 KB in, four a conversation.
func TestAnImportOfAnySizeNeedsLittleMemory(t *testing.T) {
	n, dir := manyMails, t.TempDir()
	if soaking() {
		n, dir = manyMailsSoak, roomy(t, manyMailsSoak*importRoom)
	} else {
		t.Parallel()
	}
	box, config := filepath.Join(dir, "old.mbox"), filepath.Join(dir, "helpgate.toml")
	writeArchive(t, box, n)
	text := fmt.Sprintf("data_dir = \"data\"\n[[mailbox]]\naddress = %q\n", support)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	out, peaks := watched(t, exec.Command(testkit.Binary(t), "-c", config, "--json", "import", "mbox",
		box))
	took := time.Since(begun)
	var v struct{ Taken, Tickets, Refused int }
	if err := json.Unmarshal(out, &v); err != nil || v.Taken != n || v.Tickets != n/4 {
		t.Errorf("%+v, %v", v, err)
	}
	if len(peaks) == 0 {
		t.Skipf("%d mails were in within a second", n)
	}
	early, late := peaks[len(peaks)/10], peaks[len(peaks)-1]
	t.Logf("%d mails in %s: %.0f a second; memory %d bytes, in the first tenth %d", n,
		took.Round(time.Second), float64(n)/took.Seconds(), late, early)
	if late > importMemory && !testkit.RaceEnabled {
		t.Errorf("memory %d bytes, want at most %d", late, importMemory)
	}
}

// watched runs a program to its end. It gives what that printed, and the most memory that it had,
// in bytes, up to each second of its life.
func watched(t *testing.T, cmd *exec.Cmd) (out []byte, peaks []int64) {
	t.Helper()
	var printed bytes.Buffer
	cmd.Stdout = &printed
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatal(err)
			}
			return printed.Bytes(), peaks
		case <-time.After(time.Second):
			if peak := peakOf(cmd.Process.Pid); peak > 0 {
				peaks = append(peaks, peak)
			}
		}
	}
}

// writeArchive makes an mbox of the mails of archived, with longer texts.
func writeArchive(t *testing.T, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	more := strings.Repeat("The printer on the second floor does not print any more.\n", 11)
	for i := range n {
		m := archivedMail(i)
		m.text += "\n" + more
		fmt.Fprintf(w, "From %s %s\n%s\n", m.from, m.date.Format(time.ANSIC), m)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// roomy gives a folder on a disk with so many bytes free; it goes with the test.
func roomy(t *testing.T, bytes uint64) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "helpgate-import-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		t.Fatal(err)
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < bytes {
		t.Skipf("%d bytes free on the disk of %s, %d are needed", free, dir, bytes)
	}
	return dir
}
