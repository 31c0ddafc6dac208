package mailin

import (
	"context"
	"fmt"
	"io"

	"helpgate/internal/mailerr"
	"helpgate/mailin/parse"
	"helpgate/tickets"
)

// read reads a mail as it comes; the large files in it go to their blobs on the way. The reading's
// source is to be staged or aborted.
func (g *Gate) read(ctx context.Context, r io.Reader) (*Reading, error) {
	in := &limited{r: r, left: g.MaxSize}
	create := func() (tickets.BlobWriter, error) { return g.Blobs.Create(ctx) }
	mail, src, err := parse.Read(in, parse.DefaultLimits(), create)
	switch {
	case in.err != nil:
		if err == nil {
			src.Abort()
		}
		return nil, fmt.Errorf("read mail: %w", in.err)
	case err != nil:
		g.Logger.ErrorContext(ctx, "mail not read", "err", err)
		return nil, refusal(err)
	}
	return &Reading{Mail: mail, source: src}, nil
}

// limited is a mail as it comes, up to the limit and one byte.
type limited struct {
	r    io.Reader
	left int64
	err  error // of r, or that there is too much; not io.EOF
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left+1)])
	l.left -= int64(n)
	switch {
	case l.left < 0:
		l.err = &mailerr.Error{
			Code: 552, Enhanced: "5.3.4", Public: "mail is too big", Op: "read mail",
		}
		return 0, l.err
	case err != io.EOF:
		l.err = err
	}
	return n, err
}

// stage makes files and source durable, or ready to become so with the transaction.
func (g *Gate) stage(ctx context.Context, m *tickets.Mail, rd *Reading) error {
	for _, f := range rd.Files() {
		blob, err := g.stageFile(ctx, f)
		if err != nil {
			return fmt.Errorf("stage file: %w", err)
		}
		m.Attachments = append(m.Attachments, tickets.Attachment{
			Filename: f.Filename, ContentType: f.ContentType, ContentID: f.ContentID,
			Inline: f.Inline, Blob: blob,
		})
	}
	var sums []string
	for _, f := range rd.source.Files {
		blob, err := f.Done()
		if err != nil {
			return fmt.Errorf("stage source: %w", err)
		}
		if f.OnlySource {
			m.SourceFiles = append(m.SourceFiles, blob)
		}
		sums = append(sums, blob.SHA256)
	}
	packed, err := g.packer.Pack(&rd.source.Mail, sums)
	if err != nil {
		return err
	}
	if m.Source, err = g.Blobs.Stage(ctx, packed); err != nil {
		return fmt.Errorf("stage source: %w", err)
	}
	return nil
}

func (g *Gate) stageFile(ctx context.Context, f parse.Attachment) (tickets.Blob, error) {
	if f.File != nil {
		return f.File.Done()
	}
	return g.Blobs.Stage(ctx, f.Data)
}
