package parse

import (
	"bytes"
	"fmt"
	"io"

	"helpgate/mailin/source"
	"helpgate/tickets"
)

// Create begins a file for a body that is cut out.
type Create func() (tickets.BlobWriter, error)

// File is a body that was cut out, decoded. It is kept by Done, or dropped by Source.Abort.
type File struct {
	// OnlySource tells that no attachment is this file: it holds a piece of the source.
	OnlySource bool

	w    tickets.BlobWriter
	size int64
	blob tickets.Blob
	done bool
}

// Done gives the blob; twice is once.
func (f *File) Done() (tickets.Blob, error) {
	if f.done {
		return f.blob, nil
	}
	blob, err := f.w.Done()
	if err != nil {
		return tickets.Blob{}, fmt.Errorf("finish file of mail: %w", err)
	}
	f.blob, f.done = blob, true
	return blob, nil
}

// Write implements io.Writer.
func (f *File) Write(b []byte) (int, error) {
	f.size += int64(len(b))
	n, err := f.w.Write(b)
	if err != nil {
		return n, fmt.Errorf("write file of mail: %w", err)
	}
	return n, nil
}

func (s *splitter) newFile() (*File, error) {
	w, err := s.create()
	if err != nil {
		return nil, fmt.Errorf("begin file of mail: %w", err)
	}
	f := &File{w: w}
	s.files = append(s.files, f)
	return f, nil
}

// Source is what a mail was read from: its text, and the files that were cut out of it.
type Source struct {
	source.Mail
	Files []*File // by the numbers of the cuts
}

// Whole is the file that holds the whole source of a mail that was not parsed; nil when Text does.
func (s *Source) Whole() *File {
	if len(s.Files) == 1 && len(s.Text) == 0 {
		return s.Files[0]
	}
	return nil
}

// Reader gives the mail as it came, before any file is Done.
func (s *Source) Reader() io.ReadCloser {
	return s.Mail.Reader(func(file int) (io.ReadCloser, error) {
		return io.NopCloser(s.Files[file].w.Written()), nil
	})
}

// Abort drops the files that are not Done.
func (s *Source) Abort() {
	for _, f := range s.Files {
		f.w.Abort()
	}
}

// source gives what was read so far.
func (s *splitter) source() *Source {
	text := s.text
	if s.original != nil {
		text = s.original
	}
	return &Source{Mail: source.Mail{Text: text, Cuts: s.cuts}, Files: s.files}
}

// leaveRaw gives up on the structure: the source stands as text, and is whole in a file of its own
// when it is large or anything was cut out of it. What was not read yet is read.
func (s *splitter) leaveRaw() (*Source, error) {
	m := s.mail
	m.Unparsed, m.HTML, m.Attachments = s.broke, "", nil
	if err := s.endRun(); err != nil {
		return nil, err
	}
	read := s.source()
	whole := read.Reader()
	defer whole.Close()
	raw := io.Reader(whole)
	if !s.eof {
		raw = io.MultiReader(whole, s.src)
	}
	if s.create == nil || s.eof && len(s.files) == 0 && len(s.text) <= s.lim.Cut {
		text, err := io.ReadAll(raw)
		m.Text = rawText(text, s.lim)
		return &Source{Mail: source.Mail{Text: text}}, err
	}
	file, err := s.newFile()
	if err != nil {
		return nil, err
	}
	head, err := io.ReadAll(io.LimitReader(raw, int64(s.lim.RawText)))
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(file, io.MultiReader(bytes.NewReader(head), raw)); err != nil {
		return nil, err
	}
	m.Text = rawText(head, s.lim)
	read.Abort()
	s.files = []*File{file}
	return &Source{
		Mail: source.Mail{Cuts: []source.Cut{{Size: file.size}}}, Files: s.files,
	}, nil
}
