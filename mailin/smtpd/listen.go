package smtpd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
)

// socketMode lets everybody connect who may enter the socket's folder: a mail server that is to
// bring mail runs as somebody else, and drops the groups that it could be given for that.
const socketMode = 0o666

// Listen listens on host:port, or on the unix socket of "unix:/path". A socket that a dead process
// left behind is replaced, one on which somebody answers is refused, and so is any other file.
// Closing the listener removes the socket.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	path, unix := strings.CutPrefix(address, "unix:")
	if !unix {
		return lc.Listen(ctx, "tcp", address)
	}
	if err := clearSocket(ctx, path); err != nil {
		return nil, err
	}
	ln, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, socketMode); err != nil {
		return nil, errors.Join(fmt.Errorf("open socket to others: %w", err), ln.Close())
	}
	return ln, nil
}

// clearSocket removes a socket on which nobody listens.
func clearSocket(ctx context.Context, path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("%s is there already and no socket", path)
	}
	var d net.Dialer
	peer, err := d.DialContext(ctx, "unix", path)
	if err == nil {
		_ = peer.Close()
		return fmt.Errorf("another process listens on %s", path)
	}
	if !errors.Is(err, syscall.ECONNREFUSED) {
		return fmt.Errorf("look for a listener on %s: %w", path, err)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the socket of a dead process: %w", err)
	}
	return nil
}
