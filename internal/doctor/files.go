package doctor

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
)

// Secret looks at who may read a file that holds secrets, or a folder that does. One that is not
// there is no matter of this question.
func Secret(path string) Finding {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return skipped("%s is not there", path)
	}
	if err != nil {
		return bad(Fail, "see to it that helpgate may read it", "%v", err)
	}
	mode := info.Mode().Perm()
	take := "o-rwx"
	switch {
	case mode&0o007 != 0:
	case mode&0o020 != 0:
		take = "g-w"
	default:
		return good("mode %04o", mode)
	}
	return bad(Fail, "chmod "+take+" "+path, "others may read or change it: mode %04o", mode)
}

// The room that a disk should have: mail of a day and the database's log find place in it.
const (
	littleRoom = 1 << 30   // bytes: time to look for more
	noRoom     = 100 << 20 // bytes: mail is refused soon
	littlePart = 20        // a disk or its inodes are nearly full when less than a 20th is free
)

// Disk looks for room, in bytes and in files, where the folder lies.
func Disk(path string) Finding {
	var s syscall.Statfs_t
	if err := syscall.Statfs(path, &s); err != nil {
		return bad(Fail, "make the folder, or let the configuration name another",
			"%s cannot be asked: %v", path, err)
	}
	return room(usage{
		path: path, free: uint64(s.Bavail) * uint64(s.Bsize), size: s.Blocks * uint64(s.Bsize),
		filesFree: s.Ffree, files: s.Files,
	})
}

// usage is what a file system tells of itself; files is 0 where it makes inodes as it needs them.
type usage struct {
	path                         string
	free, size, filesFree, files uint64
}

func room(u usage) Finding {
	mend := "free space on the disk of " + u.path + ", or move it to a larger one"
	files := "remove small files from the disk of " + u.path + ": it has no inodes for more"
	switch {
	case u.free < noRoom:
		return bad(Fail, mend, "%d MiB of %d MiB are free", u.free>>20, u.size>>20)
	case u.files > 0 && u.filesFree < u.files/100:
		return bad(Fail, files, "%d of %d inodes are free", u.filesFree, u.files)
	case u.free < littleRoom || u.free < u.size/littlePart:
		return bad(Warn, mend, "%d MiB of %d MiB are free", u.free>>20, u.size>>20)
	case u.files > 0 && u.filesFree < u.files/littlePart:
		return bad(Warn, files, "%d of %d inodes are free", u.filesFree, u.files)
	}
	return good("%d MiB of %d MiB are free", u.free>>20, u.size>>20)
}

// Port looks whether we listen at the address, or could. serving tells that a helpgate serves from
// this data folder now.
func Port(address string, serving bool) Finding {
	network, at := "tcp", address
	if path, is := strings.CutPrefix(address, "unix:"); is {
		network, at = "unix", path
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return free(address, serving)
		}
		// Listening would take the file from whoever has it: only one that answers is in use.
		conn, err := net.Dial(network, at)
		if err != nil {
			return free(address, serving)
		}
		conn.Close()
		return taken(address, serving)
	}
	if _, port, _ := net.SplitHostPort(at); port == "0" {
		return skipped("any free port will do")
	}
	ln, err := net.Listen(network, at)
	switch {
	case err == nil:
		ln.Close()
		return free(address, serving)
	case errors.Is(err, syscall.EADDRINUSE):
		return taken(address, serving)
	case errors.Is(err, syscall.EACCES):
		return skipped("whether %s is free only its owner may ask: run doctor as helpgate runs", address)
	}
	return bad(Fail, "set listen to an address of this host", "%v", err)
}

func free(address string, serving bool) Finding {
	if serving {
		return bad(Fail, "restart helpgate, so that it listens where the configuration says",
			"helpgate serves, but nothing listens at %s", address)
	}
	return good("%s is free", address)
}

func taken(address string, serving bool) Finding {
	if serving {
		return good("helpgate listens at %s", address)
	}
	return bad(Fail, "end the program that has it, which `ss -ltnp` names, or set another address",
		"another program listens at %s", address)
}
