package blob

import (
	"context"
	"errors"
	"os"
	"slices"
	"testing"
	"time"
)

func TestSweepRemovesWhatNoRowNames(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 9, 30, 0, 0, time.UTC)
	since := now.Add(-300 * 24 * time.Hour)
	old := now.Add(-unnamedAge - time.Minute)
	root := t.TempDir()
	var others []testDir
	packed := func() string {
		others = append(others, open(t, root, nil))
		return others[len(others)-1].append(t, "x").File
	}
	d := open(t, root, nil)
	named, unnamed, young, foreignPack := packed(), packed(), packed(), packed()
	held := d.append(t, "x").File
	for _, other := range others {
		other.Close()
	}
	namedOwn, unnamedOwn, youngOwn := d.own(t, "x").File, d.own(t, "x").File, d.own(t, "x").File
	foreign := d.own(t, "x").File
	streaming, dead := d.temp(t), d.temp(t)
	stray := "packs-of-mine"
	if err := os.WriteFile(d.path(stray), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for file, at := range map[string]time.Time{
		named: old, unnamed: old, held: old, namedOwn: old, unnamedOwn: old, stray: old,
		young: now.Add(-time.Hour), youngOwn: now.Add(-time.Hour),
		foreign: since.Add(-time.Hour), foreignPack: since.Add(-time.Hour),
		streaming: now.Add(-time.Minute), dead: now.Add(-2 * tempAge),
	} {
		if err := os.Chtimes(d.path(file), at, at); err != nil {
			t.Fatal(err)
		}
	}
	asked := func(file string) (bool, error) { return file == named || file == namedOwn, nil }
	n, err := d.Sweep(t.Context(), now, since, asked)
	if err != nil || n != 3 {
		t.Errorf("removed %d, %v, want 3", n, err)
	}
	left := d.list(t, ".")
	for _, file := range []string{unnamed, unnamedOwn, dead} {
		if slices.Contains(left, file) {
			t.Errorf("%s is still there", file)
		}
	}
	for _, file := range []string{
		named, held, young, namedOwn, youngOwn, foreign, foreignPack, streaming, stray,
	} {
		if !slices.Contains(left, file) {
			t.Errorf("%s is gone", file)
		}
	}
}

func TestSweepGoesOnAfterAnError(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir(), nil)
	fault := errors.New("database away")
	old := time.Now().Add(-2 * unnamedAge)
	for range 3 {
		if err := os.Chtimes(d.path(d.own(t, "x").File), old, old); err != nil {
			t.Fatal(err)
		}
	}
	asked := 0
	n, err := d.Sweep(t.Context(), time.Now(), time.Time{}, func(string) (bool, error) {
		if asked++; asked == 2 {
			return false, fault
		}
		return false, nil
	})
	if n != 2 || !errors.Is(err, fault) {
		t.Errorf("removed %d, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Sweep(ctx, time.Now(), time.Time{}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v after the end", err)
	}
}

func TestSweepOfNothing(t *testing.T) {
	t.Parallel()
	d := open(t, t.TempDir()+"/none", nil)
	if n, err := d.Sweep(t.Context(), time.Now(), time.Time{}, nil); n != 0 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

// temp begins a large blob and gives its file.
func (d testDir) temp(t *testing.T) string {
	t.Helper()
	before := d.list(t, tempFolder)
	if _, err := d.Create(); err != nil {
		t.Fatal(err)
	}
	for _, file := range d.list(t, tempFolder) {
		if !slices.Contains(before, file) {
			return file
		}
	}
	t.Fatal("no file")
	return ""
}
