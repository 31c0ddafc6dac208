package blob

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync"
	"sync/atomic"
	"syscall"
)

// maxPack is how many bytes a pack may have. Its space is free again when none of its blobs is
// named any more, and backups copy it whole when it has grown: that speaks against larger ones.
const maxPack = 256 << 20

// pack is a file that this process appends to, and no other while it holds the file's lock.
//
// A crash leaves a tail behind that no row names: the rows come after the sync. Who takes the pack
// over appends behind it.
type pack struct {
	dir  *Dir
	name string // within the Dir's folder
	file File
	// base is the size that it had when this process took it.
	base int64
	// size is where the next blob goes. All before it is written; behind it may lie what a write
	// that failed has left.
	size atomic.Int64
	// lost tells that a sync failed, so that nothing more should be appended.
	lost atomic.Bool

	mu sync.Mutex // held while it syncs, and guards the rest
	// synced is how far it is known to be durable.
	synced int64
	err    error // of the sync that failed
}

// Append stores data in the process's pack. It is durable after Sync, not before.
func (d *Dir) Append(data []byte) (Place, error) {
	d.appending.Lock()
	defer d.appending.Unlock()
	n := int64(len(data))
	if p := d.active; p != nil && (p.lost.Load() || p.size.Load()+n > maxPack) {
		d.leave()
	}
	if d.active == nil {
		if err := d.begin(n); err != nil {
			return Place{}, err
		}
	}
	p := d.active
	place := Place{File: p.name, Offset: p.size.Load(), Size: n}
	if _, err := p.file.WriteAt(data, place.Offset); err != nil {
		return Place{}, fmt.Errorf("append blob: %w", err)
	}
	p.size.Add(n)
	return place, nil
}

// sync makes the pack durable up to end, where a blob ends that was appended before.
func (p *pack) sync(end int64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if end <= p.synced {
		return nil // by somebody who came after it was appended
	}
	if p.err != nil {
		return p.err
	}
	size := p.size.Load()
	err := p.file.Sync()
	if err == nil {
		_, err = p.stat() // of a pack whose folder was moved away nobody can read
	}
	if err != nil {
		p.lost.Store(true)
		p.err = fmt.Errorf("sync pack %s: %w", p.name, err)
		return p.err
	}
	p.synced = size
	return nil
}

// leave ends the active pack, if there is one. What is in it becomes durable, or is lost: those
// whose blobs are in it learn it from Sync.
func (d *Dir) leave() {
	p := d.active
	if p == nil {
		return
	}
	d.active = nil
	_ = p.sync(p.size.Load())
	d.drop(p)
}

// drop closes the pack, and forgets and removes it when no row can name it: on a disk that fails
// for hours each mail would leave one.
func (d *Dir) drop(p *pack) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.base == 0 && p.synced == 0 {
		d.mu.Lock()
		delete(d.packs, p.name)
		d.mu.Unlock()
		_ = d.files.Remove(d.path(p.name)) // or Sweep will
	}
	_ = p.file.Close() // nothing is written that the sync did not tell of
}

// begin makes the active pack with room for n bytes: one that a process has left, so that many
// short lives do not make many packs, or else a new one.
func (d *Dir) begin(n int64) error {
	if err := d.makeFolder(packFolder); err != nil {
		return err
	}
	p, err := d.adopt(n)
	if err == nil && p == nil {
		p, err = d.take(path.Join(packFolder, rand.Text()), os.O_CREATE|os.O_EXCL)
	}
	if err != nil {
		return fmt.Errorf("begin pack: %w", err)
	}
	// Also of one that is there already: who made it may have died before it did so.
	if err := d.syncFolder(d.path(packFolder)); err != nil {
		d.drop(p)
		return err
	}
	d.mu.Lock()
	d.packs[p.name] = p
	d.mu.Unlock()
	d.active = p
	return nil
}

// adopt gives a pack with room for n bytes that nobody holds, or nil.
func (d *Dir) adopt(n int64) (*pack, error) {
	entries, err := os.ReadDir(d.path(packFolder))
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		name := path.Join(packFolder, entry.Name())
		info, err := entry.Info()
		// An empty one is still to be locked by its maker, and one of our own had its end.
		if err != nil || info.Size() == 0 || info.Size()+n > maxPack || d.pack(name) != nil {
			continue
		}
		p, err := d.take(name, 0)
		if err != nil {
			continue // another's, or gone
		}
		if p.size.Load()+n <= maxPack {
			return p, nil
		}
		d.drop(p)
	}
	return nil, nil
}

// take opens a pack and locks it until it is closed. It fails at once when somebody else holds it,
// or when Sweep removes it this instant.
func (d *Dir) take(name string, flag int) (*pack, error) {
	f, err := d.files.Open(d.path(name), os.O_RDWR|flag, 0o600)
	if err != nil {
		return nil, err
	}
	p := &pack{dir: d, name: name, file: f}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		p.base, err = p.stat()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", name, err), f.Close())
	}
	p.size.Store(p.base)
	return p, nil
}

// stat gives the size of the open file, fs.ErrNotExist when another or none has its name.
func (p *pack) stat() (int64, error) {
	open, err := p.file.Stat()
	if err != nil {
		return 0, err
	}
	named, err := os.Stat(p.dir.path(p.name))
	if err != nil {
		return 0, err
	}
	if !os.SameFile(open, named) {
		return 0, fs.ErrNotExist
	}
	return open.Size(), nil
}
