package smtpd

import (
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
)

func listenAt(t *testing.T, path string) (net.Listener, error) {
	t.Helper()
	ln, err := Listen(t.Context(), "unix:"+path)
	if err == nil {
		t.Cleanup(func() { _ = ln.Close() })
	}
	return ln, err
}

func TestSocketIsOpenToItsFolderAndRemovedAtTheEnd(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lmtp")
	ln, err := listenAt(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode() != fs.ModeSocket|socketMode {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	_ = ln.Close()
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

func TestSocketOfADeadProcessIsReplaced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lmtp")
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	_ = dead.Close()
	if _, err := listenAt(t, path); err != nil {
		t.Error(err)
	}
}

func TestSocketInUseAndOtherFilesAreKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "lmtp")
	if _, err := listenAt(t, path); err != nil {
		t.Fatal(err)
	}
	if _, err := listenAt(t, path); err == nil {
		t.Error("took the socket of a live process")
	}
	if _, err := net.Dial("unix", path); err != nil {
		t.Errorf("the live one is gone: %v", err)
	}
	file := filepath.Join(t.TempDir(), "notes")
	if err := os.WriteFile(file, []byte("dear"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listenAt(t, file); err == nil {
		t.Error("took a file's place")
	}
	if text, _ := os.ReadFile(file); string(text) != "dear" {
		t.Errorf("the file is %q", text)
	}
}
