package tickets

import (
	"context"
	"errors"
	"fmt"
)

// Mark is a note of who brings mail in, written with what it brought: how far it has come. The desk
// does not read it.
type Mark struct {
	Key, Value string
	// While is another mark that must stand when this one is written, so that who was replaced
	// writes no more. Without a key there is none.
	While Standing
}

// Standing is a mark as it has to be found: a lease's fence.
type Standing struct{ Key, Value string }

// ErrReplaced tells that somebody else does now what the mark was for.
var ErrReplaced = errors.New("another node has taken over")

// Write writes the mark, unless it has no key. The error is ErrReplaced when While does not stand.
func (m Mark) Write(ctx context.Context, tx JournalTx) error {
	if m.Key == "" {
		return nil
	}
	if m.While.Key != "" {
		is, err := tx.Mark(ctx, m.While.Key)
		if err != nil {
			return fmt.Errorf("read mark %s: %w", m.While.Key, err)
		}
		if is != m.While.Value {
			return ErrReplaced
		}
	}
	if err := tx.SetMark(ctx, m.Key, m.Value); err != nil {
		return fmt.Errorf("write mark %s: %w", m.Key, err)
	}
	return nil
}
