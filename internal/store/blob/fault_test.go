package blob

import (
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
)

// spy is the operating system's Files, which tells what was asked of it and fails where told.
type spy struct {
	OS
	mu sync.Mutex
	// steps are what was done, such as "sync packs/NAME", as far as it changes something.
	steps []string
	// fail gives the error of a step, nil where it works.
	fail func(step string) error
}

func (s *spy) step(what, path string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := what + " " + filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
	s.steps = append(s.steps, step)
	if s.fail == nil {
		return nil
	}
	return s.fail(step)
}

// count gives how many steps begin so.
func (s *spy) count(prefix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, step := range s.steps {
		if strings.HasPrefix(step, prefix) {
			n++
		}
	}
	return n
}

func (s *spy) Open(path string, flag int, perm fs.FileMode) (File, error) {
	if err := s.step("open", path); err != nil {
		return nil, err
	}
	f, err := s.OS.Open(path, flag, perm)
	return spyFile{f, path, s}, err
}

func (s *spy) MakeFolder(path string, perm fs.FileMode) error {
	if err := s.step("make", path); err != nil {
		return err
	}
	return s.OS.MakeFolder(path, perm)
}

func (s *spy) Rename(from, to string) error {
	if err := s.step("rename", to); err != nil {
		return err
	}
	return s.OS.Rename(from, to)
}

type spyFile struct {
	File
	path string
	spy  *spy
}

func (f spyFile) WriteAt(p []byte, at int64) (int, error) {
	if err := f.spy.step("write", f.path); err != nil {
		n, _ := f.File.WriteAt(p[:len(p)/2], at) // as a disk that fills up does
		return n, err
	}
	return f.File.WriteAt(p, at)
}

func (f spyFile) Sync() error {
	if err := f.spy.step("sync", f.path); err != nil {
		return err
	}
	return f.File.Sync()
}
