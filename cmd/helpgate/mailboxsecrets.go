package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxSecretFile bounds a file with a secret, in bytes, as the configuration does.
const maxSecretFile = 64 << 10

// The secrets of a mailbox, by the end of the name of the file that keeps each.
const (
	ofPassword = "password"
	ofRelay    = "relay-password"
	ofClient   = "client-secret"
	ofRefresh  = "refresh-token"
	ofService  = "service-account"
)

// secrets are where a mailbox's are kept: each in a file that a person named, or in one of ours
// beside the configuration.
type secrets struct {
	prefix string            // of our own files
	named  map[string]string // paths of those that a person named
	typed  map[string]string // texts of those that are to be written
}

func newSecrets(dir, address string) secrets {
	return secrets{
		prefix: filepath.Join(dir, url.PathEscape(address)) + ".", // a local part may hold a slash
		named:  map[string]string{}, typed: map[string]string{},
	}
}

// read takes a secret from a file that a person named.
func (s secrets) read(kind, path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find %s: %w", path, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	text := strings.TrimRight(string(data), "\r\n")
	if text == "" || len(data) > maxSecretFile {
		return "", fmt.Errorf("read secret: %s is empty or too long", path)
	}
	delete(s.typed, kind)
	s.named[kind] = path
	return text, nil
}

// keep remembers one that was typed, or that a provider gave.
func (s secrets) keep(kind, text string) {
	delete(s.named, kind)
	s.typed[kind] = text
}

// path is where the secret is, or will be; "" when there is none.
func (s secrets) path(kind string) string {
	if path := s.named[kind]; path != "" {
		return path
	}
	if _, ok := s.typed[kind]; ok {
		path, err := filepath.Abs(s.prefix + kind)
		if err == nil {
			return path
		}
		return s.prefix + kind
	}
	return ""
}

// write makes the files of those that were typed, and gives their paths. They belong to whom the
// configuration belongs to, for whoever reads it has to read them.
func (s secrets) write(config string) ([]string, error) {
	var written []string
	for _, kind := range []string{ofPassword, ofRelay, ofClient, ofRefresh} {
		text, ok := s.typed[kind]
		if !ok {
			continue
		}
		path := s.path(kind)
		if err := replaceFile(path, []byte(text+"\n"), config); err != nil {
			return written, err
		}
		written = append(written, path)
	}
	return written, nil
}

// mayWrite tells whether files can be made in a folder, before somebody types and waits in vain.
func mayWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".helpgate-*")
	if err != nil {
		return fmt.Errorf("write beside the configuration: %w; or say --print", err)
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// replaceFile writes a file whole or not at all. It gets the owner of the file like; a new one may
// be read by that owner alone, and by the group if the other file is open to that and closed to all
// others.
func replaceFile(path string, data []byte, like string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", path, errors.Join(err, os.Remove(f.Name())))
		}
	}()
	_, err = f.Write(data)
	if err = cmp.Or(err, resemble(f, like, path == like)); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// resemble gives the file the owner of another one, and its mode where it takes its place. It stays
// closed to a group that could not be given.
func resemble(f *os.File, like string, same bool) error {
	info, err := os.Stat(like)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // there is no configuration: it stays our own
	}
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if info.Mode()&0o004 == 0 { // else nobody chose who is in its group
		mode |= info.Mode() & 0o040
	}
	if same {
		mode = info.Mode().Perm()
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return f.Chmod(0o600)
	}
	if err := f.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
		if int(owner.Uid) != os.Geteuid() {
			return err
		}
		mode &^= 0o070
	}
	return f.Chmod(mode)
}

// syncFolder makes a new name durable.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
