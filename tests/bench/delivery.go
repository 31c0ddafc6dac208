package main

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// delivery measures from the first MAIL to the last delivery of all that follows, against the rate
// at which Postfix accepts. sign makes a key of DKIM; nil: mails go unsigned.
type delivery struct {
	name string
	sign func() (crypto.PrivateKey, error)
	want float64 // mails a second, all that follows delivered, in parts of Postfix's accept rate
}

// signEd25519 and signRSA make the keys that RFC 8463 and RFC 8301 section 3.2 ask for.
func signEd25519() (crypto.PrivateKey, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	return key, err
}

func signRSA() (crypto.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

func (d delivery) run(ctx context.Context, b *bench) error {
	config, err := d.config(b)
	if err != nil {
		return err
	}
	mail := newTemplate(plain)
	rival, ours, err := b.turnAbout(
		func() (result, error) { return b.postfixTurn(ctx, 50, mail) },
		func() (result, error) { return b.deliveryTurn(ctx, mail, config) },
	)
	if err != nil {
		return err
	}
	b.report.compare(d.name, rival, ours, d.want, false)
	return nil
}

// config writes the key and gives the part of the configuration that names it.
func (d delivery) config(b *bench) (string, error) {
	if d.sign == nil {
		return "", nil
	}
	key, err := d.sign()
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", err
	}
	path := filepath.Join(b.run, d.name+".pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	if err := os.WriteFile(path, block, 0o600); err != nil {
		return "", err
	}
	return fmt.Sprintf("[dkim]\ndomain = \"desk.example\"\nselector = \"bench\"\nkey_file = %q\n",
		path), nil
}

// deliveryLanes are the connections to a relay of one's own, which takes more at once than the four
// that helpgate makes by itself, since small hosts take no more than five.
const deliveryLanes = 40

// deliveryTurn sends, waits until acknowledgement and notification of each mail are at the relay,
// and counts the time until then as the turn's.
func (b *bench) deliveryTurn(
	ctx context.Context, mail template, config string,
) (_ result, err error) {
	seen := newArrivals()
	g, err := b.gateway(ctx, setup{config: config, lanes: deliveryLanes, look: seen.look})
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, g.kill(), g.remove(ctx)) }()
	l := b.load(g.addr, 50, mail)
	l.lasting = b.length()
	begun := time.Now()
	r, err := g.measured(func() (result, error) {
		r, err := l.run(ctx)
		if err != nil {
			return r, err
		}
		r.note("%.0f accepted a second, %d mails delivered meanwhile", r.rate(), g.relay.count.Load())
		last, err := g.relay.wait(ctx, int64(2*r.mails))
		r.elapsed = last.Sub(begun)
		return r, err
	})
	if err != nil {
		return r, fmt.Errorf("%w: %s", err, g.said())
	}
	err = seen.tell(&r, begun)
	say("delivered", r)
	return r, err
}

// tell notes how long what follows from the mails took, and for how long intake held it up: no row
// is to wait longer than 5 s for that.
func (a *arrivals) tell(r *result, begun time.Time) error {
	last := slices.MaxFunc(r.done, func(a, b stamp) int { return a.at.Compare(b.at) })
	r.note("longest pause of deliveries while mail came in: %.1f s",
		a.pause(begun, last.at).Seconds())
	for _, k := range []struct {
		name string
		kind map[int64]time.Time
	}{{"acknowledgements", a.acks}, {"notifications", a.notes}} {
		took, lost := a.after(r.done, k.kind)
		if lost > 0 {
			return fmt.Errorf("%d %s did not arrive", lost, k.name)
		}
		r.note("%s %.1f s after 250, %.1f at most", k.name,
			quantile(took, 0.5).Seconds(), quantile(took, 1).Seconds())
	}
	return nil
}
