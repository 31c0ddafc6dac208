package imapin

import "time"

// Limits bound what a server may do to us, and say how often we come.
type Limits struct {
	Dial    time.Duration // connecting and encrypting
	Silence time.Duration // between two bytes of an answer
	Command time.Duration // a whole command, but FETCH
	Fetch   time.Duration // a whole FETCH
	Answer  int64         // bytes of an answer, literals of mails not counted

	MaxSize    int64 // bytes of a mail
	BatchMails int   // mails of one FETCH
	BatchBytes int64 // bytes of them, by what the server says of their sizes
	Listed     int   // UIDs that are looked at in one round; Answer has room for twice as many

	Poll      time.Duration // between two rounds with IDLE, which each renews
	PollBlind time.Duration // between two rounds without it
	Retry     time.Duration // behind the first trouble; each further one doubles it
	RetryMax  time.Duration
	// Refused is the least behind a refused log-in, because providers lock accounts for guessing, and
	// where the provider asks to wait without a time.
	Refused time.Duration
	// Lease is how long a node that died keeps others from its folders; they ask five times in it.
	Lease time.Duration
	// Again is how long it takes until a given up mail is asked for once more, if the server would not
	// give it out.
	Again time.Duration
	// Gaps are the waits behind each try of a mail that cannot be taken, but the last.
	Gaps []time.Duration
}

// DefaultLimits are those of helpgate; MaxSize is a key of the configuration.
func DefaultLimits() Limits {
	return Limits{
		Dial: 30 * time.Second, Silence: 60 * time.Second,
		Command: 2 * time.Minute, Fetch: 30 * time.Minute, Answer: 640 << 10,
		MaxSize: 50 << 20, BatchMails: 100, BatchBytes: 16 << 20, Listed: 50_000,
		Poll: 60 * time.Second, PollBlind: 15 * time.Second,
		Retry: time.Second, RetryMax: 5 * time.Minute, Refused: time.Minute,
		Lease: 20 * time.Second,
		Again: 24 * time.Hour,
		Gaps:  []time.Duration{time.Minute, 5 * time.Minute},
	}
}
