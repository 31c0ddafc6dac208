package compose

import (
	"fmt"
	"strings"

	"helpgate/internal/safehtml"
	"helpgate/tickets"
)

// command finds a command line at the top or the bottom of what the author of the mail wrote;
// between other lines it is his text, for nobody parsed it there.
func (c *Composer) command(t mailText, ins inside) (line string, found bool) {
	if !t.body || c.Detect == nil || ins.frame == nil {
		return "", false
	}
	lines := strings.Split(t.text, "\n")
	for len(lines) > 0 && ins.frame[bare(lines[0])] {
		lines = lines[1:]
	}
	for len(lines) > 0 && ins.frame[bare(lines[len(lines)-1])] {
		lines = lines[:len(lines)-1]
	}
	if len(lines) == 0 {
		return "", false
	}
	for _, end := range []string{lines[0], lines[len(lines)-1]} {
		if line, found := c.Detect(end); found && !escaped(ins.message, line) {
			return line, true
		}
	}
	return "", false
}

// frame gives the lines that stand in an answer around its author's words, and the blank one.
func (c *Composer) frame(d draft) (map[string]bool, error) {
	if d.Kind != tickets.OutAnswer {
		return nil, nil
	}
	d.Message = 0 // the template alone
	body, err := c.Templates.Render(string(d.Kind), d.locale, c.data(d))
	if err != nil {
		return nil, fmt.Errorf("render without words: %w", err)
	}
	frame := map[string]bool{"": true}
	for _, text := range []string{body.Text, safehtml.ToText(body.HTML)} {
		for line := range strings.Lines(text) {
			frame[bare(line)] = true
		}
	}
	return frame, nil
}

func bare(line string) string { return strings.TrimFunc(line, isSpace) }

// escaped tells whether the author wrote the line with a doubled slash, to have it sent.
func escaped(m tickets.Message, line string) bool {
	slash := "/"
	if strings.HasPrefix(line, "／") {
		slash = "／"
	}
	return strings.Contains(m.Text, slash+line)
}
