package oauth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// Source gives the access tokens of one log-in. Its methods are safe for use by several goroutines.
type Source struct {
	keeper *Keeper
	grant  *grant

	turn chan struct{} // who holds it owns what follows
	held kept
	// unkept tells that held is not in the store yet.
	unkept bool
	// refused is a token that a mail server did not take, although it is not over.
	refused string
	fails   int       // in a row
	again   time.Time // before it nothing is asked
	last    error     // what is said instead
}

// kept is what lies in the store.
type kept struct {
	// Root is the hash of the configured refresh token that Refresh came of: another one in the
	// configuration is a new consent, and ends what was kept.
	Root    string    `json:"root"`
	Access  string    `json:"access"`
	Got     time.Time `json:"got"`
	Ends    time.Time `json:"ends"`
	Refresh string    `json:"refresh,omitempty"`
}

// Token gives an access token with more than 5 minutes left, unless its provider gives shorter ones.
// A refresh token that changed is in the store before. An error of the provider is an *Error; it is
// given again, and nobody is asked, until the time for another attempt has come.
func (s *Source) Token(ctx context.Context) (string, error) {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return "", fmt.Errorf("wait for a token: %w", context.Cause(ctx))
	}
	now := s.keeper.now()
	if s.usable(s.held, now) && !s.unkept {
		return s.held.Access, nil
	}
	if now.Before(s.again) {
		return "", s.last
	}
	// Once asked, the answer is kept, whatever ends meanwhile: see askTimeout.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimeout)
	defer cancel()
	if err := s.renew(ctx, now); err != nil {
		s.fails++
		s.again, s.last = now.Add(pause(err, s.fails)), err
		return "", err
	}
	s.fails, s.again, s.last = 0, time.Time{}, nil
	return s.held.Access, nil
}

// usable tells whether the token of k may be used for a log-in.
func (s *Source) usable(k kept, now time.Time) bool {
	return k.Access != "" && k.Access != s.refused && k.Ends.Sub(now) > margin
}

// renew leaves a new token in held, and in the store.
func (s *Source) renew(ctx context.Context, now time.Time) error {
	if s.unkept { // its refresh token may be the only one that is still good
		if err := s.keep(ctx); err != nil {
			return err
		}
		if s.usable(s.held, now) {
			return nil
		}
	}
	was, err := s.load(ctx)
	if err != nil {
		return err
	}
	if s.usable(was, now) { // of another node, or of before the start
		s.held = was
		return nil
	}
	got, err := s.grant.ask(ctx, s.keeper.http, was.Refresh)
	if err != nil {
		if s.overtaken(ctx, was, now) {
			return nil
		}
		return s.grant.fault(err, s.keeper.now(), was.Refresh)
	}
	s.held = kept{
		Root: was.Root, Access: got.access, Got: now, Ends: now.Add(got.life), Refresh: was.Refresh,
	}
	if got.refresh != "" {
		s.held.Refresh = got.refresh
	}
	s.unkept = true
	return s.keep(ctx)
}

// overtaken tells that another node renewed the token while we asked with the refresh token of
// before, and takes it over.
func (s *Source) overtaken(ctx context.Context, was kept, now time.Time) bool {
	is, err := s.load(ctx)
	if err != nil || is.Access == was.Access || !s.usable(is, now) {
		return false
	}
	s.held = is
	return true
}

// load reads what the store has. What does not open is as good as none: the secret file is another,
// and the configuration's own refresh token may still be good.
func (s *Source) load(ctx context.Context) (kept, error) {
	name := s.grant.name()
	fresh := kept{Root: root(s.grant.cfg.RefreshToken), Refresh: s.grant.cfg.RefreshToken}
	sealed, err := s.keeper.marks.Mark(ctx, name)
	if err != nil {
		return kept{}, fmt.Errorf("read the token of %q: %w", s.grant.cfg.Username, err)
	}
	if sealed == "" {
		return fresh, nil
	}
	plain, err := s.keeper.sealer.Open(name, sealed)
	if err != nil {
		return fresh, nil
	}
	var k kept
	if err := json.Unmarshal(plain, &k); err != nil || k.Root != fresh.Root {
		return fresh, nil
	}
	return k, nil
}

// keep writes held to the store.
func (s *Source) keep(ctx context.Context) error {
	plain, err := json.Marshal(s.held)
	if err != nil {
		return fmt.Errorf("keep the token of %q: %w", s.grant.cfg.Username, err)
	}
	name := s.grant.name()
	if err := s.keeper.marks.SetMark(ctx, name, s.keeper.sealer.Seal(name, plain)); err != nil {
		return fmt.Errorf("keep the token of %q: %w", s.grant.cfg.Username, err)
	}
	s.unkept = false
	return nil
}

func root(refreshToken string) string {
	sum := sha256.Sum256([]byte(refreshToken))
	return hex.EncodeToString(sum[:])
}
