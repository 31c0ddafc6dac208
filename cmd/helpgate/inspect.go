package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"
	"golang.org/x/term"

	"helpgate/mailin"
	"helpgate/templates"
)

// maxInspected bounds a mail that is inspected, in bytes: what a listener takes by default.
const maxInspected = 50 << 20

func inspectCommand(a *app) *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "inspect FILE|DIR|-",
		Short: "Print what helpgate makes of a mail, without configuration or store",
		Args:  exactly(1),
		RunE: func(c *cobra.Command, args []string) error {
			words, err := templates.Load("")
			if err != nil {
				return err
			}
			in := inspector{a, words}
			info, err := os.Stat(args[0])
			if args[0] != "-" && err != nil {
				return fmt.Errorf("inspect: %w", err)
			}
			if args[0] != "-" && info.IsDir() {
				return in.inspectTree(c.Context(), args[0], out)
			}
			view, err := in.inspectOne(args[0])
			if err != nil {
				return err
			}
			if out != "" {
				return writeView(out, filepath.Base(args[0]), view)
			}
			return a.print(view, func() { showInspected(a.out, view) })
		},
	}
	c.Flags().StringVar(&out, "out", "", "folder that gets x.json for each x.eml")
	return c
}

// inspector is the verb while it runs.
type inspector struct {
	*app
	words mailin.Words
}

// inspectOne reads a mail. What is wrong with the mail stands in the view; the error is one of the
// file system.
func (a inspector) inspectOne(path string) (inspectedJSON, error) {
	in := a.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return inspectedJSON{}, fmt.Errorf("inspect: %w", err)
		}
		defer f.Close()
		in = f
	}
	rd, err := mailin.ReadFrom(&bounded{r: in, left: maxInspected}, newSpool)
	if errors.Is(err, errTooLarge) {
		return inspectedJSON{File: path, Error: err.Error()}, nil
	}
	if err != nil {
		return inspectedJSON{}, fmt.Errorf("read %s: %w", path, err)
	}
	defer rd.Close()
	return inspectView(path, rd, a.words)
}

var errTooLarge = errors.New("mail is larger than 50 MiB")

// bounded reads up to a limit; what is longer is an error.
type bounded struct {
	r    io.Reader
	left int64 // below 0 when there was more
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p[:min(int64(len(p)), b.left+1)])
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}

// inspectTree reads every .eml below dir on all cores.
func (a inspector) inspectTree(ctx context.Context, dir, out string) error {
	paths, err := mailsBelow(dir)
	if err != nil {
		return err
	}
	bar := a.progress(int64(len(paths)), false)
	views := make([]inspectedJSON, len(paths))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, path := range paths {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			view, err := a.inspectOne(path)
			if err != nil {
				return err
			}
			_ = bar.Add(1) // a bar that cannot be drawn is no reason to stop
			if out == "" {
				views[i] = view
				return nil
			}
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			return writeView(out, rel, view)
		})
	}
	if err := group.Wait(); err != nil || out != "" {
		return err
	}
	return a.print(views, func() {
		for _, v := range views {
			showInspected(a.out, v)
			fmt.Fprintln(a.out)
		}
	})
}

func mailsBelow(dir string) (paths []string, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".eml") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("inspect: %w", err)
	}
	return paths, nil
}

// progress gives a bar for a number of mails, or bytes of them; where standard error is no terminal
// it shows nothing.
func (a *app) progress(total int64, bytes bool) *progressbar.ProgressBar {
	f, ok := a.err.(*os.File)
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(a.err), progressbar.OptionSetDescription("reading mails"),
		progressbar.OptionShowCount(), progressbar.OptionShowBytes(bytes),
		progressbar.OptionThrottle(barEvery), progressbar.OptionClearOnFinish(),
		progressbar.OptionSetVisibility(ok && term.IsTerminal(int(f.Fd()))))
}

// barEvery is how often a bar is drawn at most.
const barEvery = 100 * time.Millisecond

// writeView writes out/x.json for the mail x.eml.
func writeView(out, rel string, view inspectedJSON) error {
	path := filepath.Join(out, strings.TrimSuffix(rel, ".eml")+".json")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	b, err := json.MarshalIndent(view, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", rel, err)
	}
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return fmt.Errorf("write answer: %w", err)
	}
	return nil
}
