package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxReplyLine bounds one answer of a person, in bytes.
const maxReplyLine = 32 << 10

// errNobody tells that there is nobody to ask.
var errNobody = errors.New("nobody is there to ask")

// asker asks whoever calls the program: at a terminal, or line by line on standard input.
type asker struct {
	terminal int // its descriptor, or -1
	in       *bufio.Reader
	prompts  io.Writer
}

func newAsker(a *app) *asker {
	k := &asker{terminal: -1, in: bufio.NewReaderSize(a.in, maxReplyLine), prompts: a.err}
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		k.terminal = int(f.Fd())
	}
	return k
}

// line asks for something that may be seen.
func (k *asker) line(ctx context.Context, prompt string) (string, error) {
	// A signal cannot end the wait for a terminal or a pipe.
	defer context.AfterFunc(ctx, func() { os.Exit(exitFailed) })()
	fmt.Fprint(k.prompts, shown(prompt))
	text, err := k.in.ReadSlice('\n')
	if k.terminal < 0 {
		fmt.Fprintln(k.prompts)
	}
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", errors.New("read the answer: it is too long")
	case err != nil && len(text) == 0:
		return "", errNobody
	}
	return strings.TrimRight(string(text), "\r\n"), nil
}

// word asks for what is mostly pasted, with white space around it.
func (k *asker) word(ctx context.Context, prompt string) (string, error) {
	text, err := k.line(ctx, prompt)
	return strings.TrimSpace(text), err
}

// secret asks for something that nobody may see.
func (k *asker) secret(ctx context.Context, prompt string) (string, error) {
	if k.terminal < 0 {
		return k.line(ctx, prompt)
	}
	state, err := term.GetState(k.terminal)
	if err != nil {
		return "", fmt.Errorf("ask at the terminal: %w", err)
	}
	// As in line; and the terminal must not stay without echo.
	defer context.AfterFunc(ctx, func() {
		_ = term.Restore(k.terminal, state)
		os.Exit(exitFailed)
	})()
	fmt.Fprint(k.prompts, shown(prompt))
	text, err := term.ReadPassword(k.terminal)
	fmt.Fprintln(k.prompts)
	if err != nil {
		return "", fmt.Errorf("ask at the terminal: %w", err)
	}
	return string(text), nil
}
