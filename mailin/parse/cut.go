package parse

import (
	"bytes"
	"encoding/base64"
	"slices"

	"helpgate/mailin/source"
)

// maxHead is how many decoded bytes of a file are looked at to name or classify it.
const maxHead = 32 << 10

// cutting follows the body of a leaf that is a file. It looks for a run that can be made anew from
// the decoded bytes (see package source): of base64, lines of one length; of what is not encoded,
// all. When a run has grown to Limits.Cut bytes it is cut out, and written to the file as it comes.
// What is no run stays in the source, and is decoded into the file between the runs beside it. So a
// damaged body is read like any other, and its source comes out as it was. When so much of it stays
// that it would fill the memory, as of quoted-printable, it goes to a file for the source alone.
type cutting struct {
	base64, quoted bool  // the encoding, if there is one
	file           *File // nil while nothing is cut out
	number         int   // of the file
	// raw holds what was taken out of the source as it came; nil while nothing was.
	raw       *File
	rawNumber int
	// The run: where it begins in splitter.text, how many characters its lines have (0: there is
	// no run) and in which line end they end.
	start, line int
	lineEnd     string
	running     bool // it is being cut out
	from        int64
	// What stays in the source was decoded up to done, a position in splitter.text.
	done int
	dec  base64Decoder
	// head is the beginning of the decoded bytes, at most maxHead, of a file that is named or
	// classified by it.
	headed bool
	head   []byte
}

// begun tells whether anything was cut out.
func (c *cutting) begun() bool { return c != nil && c.file != nil }

// follow looks out for runs in p's body, if p is a file and there is somewhere to put it.
func (s *splitter) follow(p *part) {
	if s.create == nil || s.original != nil || !p.isFile() {
		return
	}
	switch encoding := p.encoding(); encoding {
	case encodingBase64, encodingQuotedPrintable, encodingNone:
		p.cut = &cutting{
			base64: encoding == encodingBase64, quoted: encoding == encodingQuotedPrintable,
			start: p.content, done: p.content, headed: p.headed(),
		}
	}
}

// bodyLine takes a line of a body, which ends at pos.
func (s *splitter) bodyLine(c *cutting, line []byte, begins bool) error {
	switch {
	case c.quoted && begins: // the line end before this line is not the next delimiter's
		return s.spill(c, s.pos-len(line))
	case c.quoted:
		return nil
	case !c.base64 && !c.running && s.pos-c.start >= s.lim.Cut:
		return s.begin(c)
	case !c.base64:
		return nil
	}
	lineEnd := lineEndOf(line)
	size := len(line) - len(lineEnd)
	if c.running {
		if ok, err := s.goesOn(c, line[:size], lineEnd); ok || err != nil {
			return err
		}
		s.pause(c, s.pos-len(line))
	}
	switch {
	case !begins || lineEnd == "" || size == 0 || size%4 != 0 || size > source.MaxLine:
		c.start, c.line = s.pos, 0
	case size != c.line || lineEnd != c.lineEnd:
		c.start, c.line, c.lineEnd = s.pos-len(line), size, lineEnd
	}
	if c.line > 0 && s.pos-c.start >= s.lim.Cut {
		return s.begin(c)
	}
	return s.spill(c, c.start)
}

// spill takes what was looked at of a body, and cannot be made anew, out of memory when it has
// grown to Limits.Spill bytes: up to end it goes decoded to the file that it is, and as it came to
// one that only the source names.
func (s *splitter) spill(c *cutting, end int) (err error) {
	if end-c.done < s.lim.Spill {
		return nil
	}
	if c.file == nil {
		if c.file, err = s.newFile(); err != nil {
			return err
		}
		c.number = len(s.files) - 1
	}
	if c.raw == nil {
		if c.raw, err = s.newFile(); err != nil {
			return err
		}
		c.raw.OnlySource, c.rawNumber = true, len(s.files)-1
	}
	coded := s.text[c.done:end]
	if err := s.write(c, c.decode(s.out[:0], coded)); err != nil {
		return err
	}
	from := c.raw.size
	if _, err := c.raw.Write(coded); err != nil {
		return err
	}
	s.cuts = append(s.cuts, source.Cut{
		At: c.done, File: c.rawNumber, From: from, Size: int64(len(coded)),
	})
	s.text = append(s.text[:c.done], s.text[end:]...)
	s.pos, c.start = s.pos-len(coded), c.start-len(coded)
	return nil
}

// decode appends what a piece of the body, of whole lines if it is quoted-printable, says.
func (c *cutting) decode(dst, coded []byte) []byte {
	if c.quoted {
		return append(dst, fromQuotedPrintable(coded)...)
	}
	return c.dec.decode(dst, coded)
}

// lineEndOf gives the line end of a line, "" when it goes on.
func lineEndOf(line []byte) string {
	switch {
	case bytes.HasSuffix(line, []byte("\r\n")):
		return "\r\n"
	case bytes.HasSuffix(line, []byte("\n")):
		return "\n"
	}
	return ""
}

// begin cuts the run out from its beginning to pos, if it is what it seems.
func (s *splitter) begin(c *cutting) error {
	if c.file == nil {
		var err error
		if c.file, err = s.newFile(); err != nil {
			return err
		}
		c.number = len(s.files) - 1
	}
	if c.base64 {
		if err := s.write(c, c.dec.decode(s.out[:0], s.text[c.done:c.start])); err != nil {
			return err
		}
		c.done = c.start
		used := 0
		if s.out, used = c.decodeLines(s.out[:0], s.text[c.start:s.pos]); used < s.pos-c.start {
			c.start, c.line = s.pos, 0
			return nil
		}
	}
	c.running, c.from = true, c.file.size
	if c.base64 {
		return s.write(c, s.out)
	}
	return nil
}

// bulk takes what is at hand of a body of which no line needs to be looked at: full lines of a run,
// or all of a text that no delimiter ends.
func (s *splitter) bulk() error {
	p := s.open[len(s.open)-1]
	if c := p.cut; c != nil && c.running && c.base64 && s.fresh {
		for {
			var used int
			window := s.text[s.pos:min(len(s.text), s.pos+maxPiece)]
			if s.out, used = c.decodeLines(s.out[:0], window); used == 0 {
				return nil
			}
			s.pos += used
			if err := s.write(c, s.out); err != nil {
				return err
			}
		}
	}
	if len(s.open) == 1 && p.content >= 0 && p.delimiter == nil && p.cut == nil {
		for s.pos = len(s.text); !s.eof && s.broke == ""; s.pos = len(s.text) {
			if err := s.more(); err != nil {
				return err
			}
		}
	}
	return nil
}

// decodeLines decodes full lines of the run and tells how many bytes of src they took. It stops at
// the first that is not one.
func (c *cutting) decodeLines(dst, src []byte) (out []byte, used int) {
	step, size := c.line+len(c.lineEnd), c.line/4*3
	if c.dec.n > 0 || c.dec.done {
		return dst, 0
	}
	dst = slices.Grow(dst, len(src)/step*size)
	for used+step <= len(src) {
		line := src[used : used+c.line]
		if string(src[used+c.line:used+step]) != c.lineEnd {
			break
		}
		n, err := base64.StdEncoding.Decode(dst[len(dst):len(dst)+size], line)
		if err != nil || n < size {
			break
		}
		dst = dst[:len(dst)+n]
		used += step
	}
	return dst, used
}

// strict refuses padding under which bits are hidden: encoding would not give them back.
var strict = base64.StdEncoding.Strict()

// goesOn takes a line that goes on with the run, and tells whether it is one: one that is shorter
// or padded is its last.
func (s *splitter) goesOn(c *cutting, line []byte, lineEnd string) (bool, error) {
	if lineEnd != c.lineEnd || len(line) == 0 || len(line)%4 != 0 || len(line) > c.line {
		return false, nil // a CR among the letters would be passed over by Decode
	}
	s.out = slices.Grow(s.out[:0], c.line)
	n, err := strict.Decode(s.out[:c.line], line)
	padding := len(line) - len(bytes.TrimRight(line, "="))
	if err != nil || n != len(line)/4*3-padding {
		return false, nil
	}
	if err := s.write(c, s.out[:n]); err != nil {
		return true, err
	}
	if n < c.line/4*3 {
		c.dec.done = padding > 0
		s.pause(c, s.pos)
	}
	return true, nil
}

// pause ends the run at end, up to which it was written to the file.
func (s *splitter) pause(c *cutting, end int) {
	s.remove(c, end)
	s.cuts = append(s.cuts, source.Cut{
		At: c.start, File: c.number, From: c.from, Size: c.file.size - c.from,
		Line: c.line, LF: c.line > 0 && c.lineEnd == "\n",
	})
	c.running, c.done, c.line = false, c.start, 0
}

// remove takes what stands between the run's beginning and end out of the text.
func (s *splitter) remove(c *cutting, end int) {
	s.text = append(s.text[:c.start], s.text[end:]...)
	s.pos -= end - c.start
}

// release makes room: what was looked at of a run that is being cut out goes.
func (s *splitter) release() error {
	if len(s.open) == 0 {
		return nil // nothing was looked at yet
	}
	c := s.open[len(s.open)-1].cut
	if c == nil || !c.running {
		return nil
	}
	if c.base64 {
		s.remove(c, s.pos)
		return nil
	}
	// The last line end may be the next delimiter's.
	seen := s.text[c.start:s.pos]
	return s.copyOut(c, c.start+len(trimLineEnd(seen)))
}

// copyOut writes to the file what was sent as it is, up to end.
func (s *splitter) copyOut(c *cutting, end int) error {
	if err := s.write(c, s.text[c.start:end]); err != nil {
		return err
	}
	s.remove(c, end)
	return nil
}

// endCut ends a body at end, a position in the text, and gives the position as it is then.
func (s *splitter) endCut(c *cutting, end int) (int, error) {
	switch {
	case c.file == nil:
		return end, nil
	case c.running && c.base64:
		s.pause(c, s.pos)
		end = c.start
	case c.running:
		if err := s.copyOut(c, end); err != nil {
			return 0, err
		}
		s.pause(c, c.start)
		end = c.start
	}
	s.out = c.decode(s.out[:0], s.text[c.done:max(c.done, end)])
	return end, s.write(c, c.dec.end(s.out))
}

// endRun ends the run that is being cut out, if there is one, at pos.
func (s *splitter) endRun() error {
	c := s.open[len(s.open)-1].cut
	if c == nil || !c.running {
		return nil
	}
	if !c.base64 {
		if err := s.copyOut(c, s.pos); err != nil {
			return err
		}
	}
	s.pause(c, s.pos)
	return nil
}

// write writes decoded bytes to the file.
func (s *splitter) write(c *cutting, b []byte) error {
	if len(b) == 0 {
		return nil
	}
	if c.headed {
		c.head = append(c.head, b[:min(len(b), maxHead-len(c.head))]...)
	}
	_, err := c.file.Write(b)
	return err
}
