package password

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func hash(t *testing.T, h *Hasher, plain string) string {
	t.Helper()
	s, err := h.Hash(context.Background(), plain)
	if err != nil {
		t.Fatalf("hash %q: %v", plain, err)
	}
	return s
}

func TestOnlyThePasswordItselfPasses(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	const composed, apart = "caf\u00e9 au lait", "cafe\u0301 au lait"
	mine := hash(t, h, composed)
	if again := hash(t, h, composed); again == mine {
		t.Error("two hashes of one password are equal: no salt")
	}
	if !strings.HasPrefix(mine, "$argon2id$v=19$m=19456,t=2,p=1$") || strings.Contains(mine, "lait") {
		t.Errorf("hash is %q", mine)
	}
	for plain, want := range map[string]bool{
		composed: true, apart: true, "Caf\u00e9 au lait": false, composed + " ": false, "": false,
		composed[:4]: false, "\xff": false, strings.Repeat("x", MaxLength+1): false,
	} {
		if got, err := h.Check(context.Background(), mine, plain); got != want || err != nil {
			t.Errorf("%q: %t, %v; want %t", plain, got, err, want)
		}
	}
}

// TestNobodyTakesAsLong: who has no password costs the same work as who has one.
func TestNobodyTakesAsLong(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	if ok, err := h.Check(context.Background(), "", "correct horse"); ok || err != nil {
		t.Errorf("%t, %v; want no", ok, err)
	}
	stranger, err := parse(nobody)
	if err != nil {
		t.Fatal(err)
	}
	known, err := parse(hash(t, h, "correct horse"))
	if err != nil {
		t.Fatal(err)
	}
	if stranger.memory != known.memory || stranger.passes != known.passes ||
		stranger.lanes != known.lanes || len(stranger.key) != len(known.key) {
		t.Errorf("nobody costs %+v, somebody %+v", stranger, known)
	}
}

func TestBadPasswordsAreNotSet(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	for plain, want := range map[string]error{
		"": ErrLength, "1234567": ErrLength, "密码密码密码密": ErrLength, "密码密码密码密码": nil,
		strings.Repeat("x", MaxLength): nil, strings.Repeat("x", MaxLength+1): ErrLength,
		"correct\x00horse": ErrText, "correct\nhorse": ErrText, "correct \xff horse": ErrText,
	} {
		if _, err := h.Hash(context.Background(), plain); !errors.Is(err, want) {
			t.Errorf("%.20q: %v, want %v", plain, err, want)
		}
	}
	if _, err := h.Hash(context.Background(), Generate()); err != nil {
		t.Errorf("a generated password: %v", err)
	}
}

// TestHashesWaitForTheirTurn: no third one is made beside the two that run.
func TestHashesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	h := NewHasher()
	for range atOnce {
		h.slots <- struct{}{}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.Check(ctx, "", "correct horse"); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it waited", err)
	}
	<-h.slots
	if _, err := h.Check(context.Background(), "", "correct horse"); err != nil {
		t.Error(err)
	}
}

func TestBrokenHashIsAFaultThatTellsNothing(t *testing.T) {
	t.Parallel()
	good := hash(t, NewHasher(), "correct horse")
	for _, bad := range []string{
		"secret", "$2y$10$abc", good[:len(good)-1] + "=", strings.Replace(good, "t=2", "t=0", 1),
		strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "v=19", "v=16", 1), "$$$$$",
	} {
		_, err := NewHasher().Check(context.Background(), bad, "correct horse")
		if !errors.Is(err, errForm) || strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
