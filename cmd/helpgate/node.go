package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
)

// nodeFile, in the data folder, names the node and is locked while it serves.
const nodeFile = "node"

// maxNodeName bounds what is read of it.
const maxNodeName = 100

// node is a process's claim to be the only one that serves from a data folder. What a killed one
// left under way is then its successor's own.
type node struct {
	name string
	file *os.File
}

// takeNode claims the folder. The lock falls with the process, however it ends.
func takeNode(dir string) (*node, error) {
	path := filepath.Join(dir, nodeFile)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open node file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another helpgate serves from %s: %w", dir, err), f.Close())
	}
	n := &node{file: f}
	if n.name, err = nodeName(f); err != nil {
		return nil, errors.Join(fmt.Errorf("name node: %w", err), f.Close())
	}
	return n, nil
}

// nodeName reads the name, or writes one into a new file.
func nodeName(f *os.File) (string, error) {
	old, err := io.ReadAll(io.LimitReader(f, maxNodeName))
	if err != nil || len(old) > 0 {
		return string(old), err
	}
	name := rand.Text()
	_, err = f.WriteString(name)
	return name, err
}

// Close gives the folder free; one that was never taken is free.
func (n *node) Close() error {
	if n.file == nil {
		return nil
	}
	return n.file.Close()
}
