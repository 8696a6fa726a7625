package securetoken

import (
	"errors"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// MissReason is why a [Verifier] asked the server.
type MissReason string

// The reasons of a miss.
const (
	// MissUnknown: the token was not seen before, or its answer is kept no longer.
	MissUnknown MissReason = "UNKNOWN"
	// MissNotReady: the feed has not told all that is revoked.
	MissNotReady MissReason = "NOT_READY"
	// MissStale: what is known of revocations is too old.
	MissStale MissReason = "STALE"
	// MissKeyGone: the server has named another set of keys than the token's.
	MissKeyGone MissReason = "KEY_GONE"
	// MissForgotten: a wall clock that ran ahead has dropped what may have revoked the token.
	MissForgotten MissReason = "FORGOTTEN"
)

// VerifierHooks is told what a [Verifier] does. Each may be nil, must be quick, and must be safe for
// concurrent use. One that panics is logged and changes nothing. None may call [Verifier.Close], which waits
// for those of the feed.
type VerifierHooks struct {
	// Hit: a kept answer was used: the token is valid, whatever it lacks.
	Hit func()
	// Miss: the server was asked.
	Miss func(MissReason)
	// Refusal: a token was refused. The reason is that of the [TokenError], or "UNAVAILABLE" when the server
	// could not be asked.
	Refusal func(Reason)
	// Stale: the knowledge of revocations has reached half of the most that it may be old, 1.5 s at least. Told
	// once until it is younger than half of that.
	Stale func(age time.Duration)
	// Connected: the feed has given its first checkpoint, in time.
	Connected func()
	// Disconnected: the feed has ended, and is opened anew.
	Disconnected func(cause error)
	// FeedRefused: the server refuses the feed, or has more revocations than are kept, and is asked about every
	// request. Told once until the feed is accepted; it is tried again each minute.
	FeedRefused func(cause error)
}

// ReasonUnavailable is what [VerifierHooks] are told when the server could not be asked.
const ReasonUnavailable Reason = "UNAVAILABLE"

// VerifierStats is what a [Verifier] has done and knows, for metrics.
type VerifierStats struct {
	// Hits, Misses, Refusals and Reconnects count since the verifier was made, the last whenever the feed is opened
	// anew because it has ended; see [VerifierHooks].
	Hits, Misses, Reconnects uint64
	// Refusals is by reason.
	Refusals map[Reason]uint64
	// IsReady says that the feed has told all that is revoked. Whether answers are vouched for depends on
	// Staleness as well.
	IsReady bool
	// IsVouching says that kept answers are given without a call.
	IsVouching bool
	// Staleness is how old the knowledge of revocations is; zero before IsReady.
	Staleness time.Duration
	// Revocations is how many entries are known.
	Revocations int
	// Entries is how many answers are kept, and Bytes the estimate of their memory.
	Entries int
	Bytes   int64
}

// tally counts, and tells the hooks.
type tally struct {
	hooks                    VerifierHooks
	logger                   *slog.Logger
	hits, misses, reconnects atomic.Uint64

	mu       sync.Mutex
	refusals map[Reason]uint64
}

func (t *tally) hit() {
	t.hits.Add(1)
	if t.hooks.Hit != nil {
		t.tell(t.hooks.Hit)
	}
}

func (t *tally) miss(reason MissReason) {
	t.misses.Add(1)
	if t.hooks.Miss != nil {
		t.tell(func() { t.hooks.Miss(reason) })
	}
}

func (t *tally) connected() {
	if t.hooks.Connected != nil {
		t.tell(t.hooks.Connected)
	}
}

func (t *tally) disconnected(cause error) {
	t.reconnects.Add(1)
	if t.hooks.Disconnected != nil {
		t.tell(func() { t.hooks.Disconnected(cause) })
	}
}

func (t *tally) refusal(err error) {
	reason := ReasonUnavailable
	var refused *TokenError
	if errors.As(err, &refused) {
		reason = refused.Reason
	}
	t.refuse(reason)
}

func (t *tally) refuse(reason Reason) {
	t.mu.Lock()
	if t.refusals == nil {
		t.refusals = make(map[Reason]uint64)
	}
	t.refusals[reason]++
	t.mu.Unlock()
	if t.hooks.Refusal != nil {
		t.tell(func() { t.hooks.Refusal(reason) })
	}
}

// tell calls a hook: one that panics must neither decide about a token nor end the process.
func (t *tally) tell(hook func()) {
	defer func() {
		if cause := recover(); cause != nil {
			t.logger.Error("securetoken: a hook of the verifier panics", slog.Any("cause", cause))
		}
	}()
	hook()
}

func (t *tally) refusalsByReason() map[Reason]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.refusals)
}
