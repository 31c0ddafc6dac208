package doctor

import (
	"net"
	"os"
	"path/filepath"
	"testing"
)

func TestSecretsAreTheirOwnersOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "secret")
	expect(t, Secret(path), "skipped not there")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]string{
		0o600: "ok 0600", 0o640: "ok 0640", 0o644: "fail chmod o-rwx " + path, 0o660: "fail chmod g-w",
	} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		expect(t, Secret(path), want)
	}
	expect(t, Secret(path+"/below"), "fail see to it that helpgate may read it")
}

func TestRoomIsTold(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	for _, c := range []struct {
		u    usage
		want string
	}{
		{usage{"/d", 50 * gib, 100 * gib, 0, 0}, "ok 51200 MiB of 102400 MiB"},
		{usage{"/d", 50 * gib, 100 * gib, 60, 1000}, "ok 51200 MiB"},
		{usage{"/d", 4 * gib, 100 * gib, 0, 0}, "warn free space on the disk of /d"},
		{usage{"/d", gib / 2, 2 * gib, 0, 0}, "warn 512 MiB"},
		{usage{"/d", gib / 20, 2 * gib, 0, 0}, "fail 51 MiB"},
		{usage{"/d", 50 * gib, 100 * gib, 30, 1000}, "warn inodes"},
		{usage{"/d", 50 * gib, 100 * gib, 9, 1000}, "fail inodes"},
	} {
		expect(t, room(c.u), c.want)
	}
	expect(t, Disk(filepath.Join(t.TempDir(), "none")), "fail cannot be asked")
	if f := Disk(t.TempDir()); f.Seen == "" {
		t.Errorf("%+v", f)
	}
}

func TestPortsAreFreeOrOurs(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	used := ln.Addr().String()
	socket := filepath.Join(t.TempDir(), "lmtp")
	unix, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{used, "unix:" + socket} {
		expect(t, Port(address, true), "ok helpgate listens at "+address)
		expect(t, Port(address, false), "fail another program listens at "+address)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Close(); err != nil {
		t.Fatal(err)
	}
	expect(t, Port("unix:"+socket, false), "ok is free")
	expect(t, Port("unix:"+socket, true), "fail restart helpgate")
	expect(t, Port("127.0.0.1:0", false), "skipped any free port")
	expect(t, Port("192.0.2.1:8025", false), "fail set listen to an address of this host")
}
