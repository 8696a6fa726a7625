package securetoken

import (
	"context"
	"sync/atomic"
	"time"
)

// tries is when the last try of a call found its connection, on a verifier's clock. Its answer is no older than
// that, however long the tries before have taken, and the wait for a server that is started again.
type tries struct {
	clock *steadyClock
	last  atomic.Int64
}

type triesKey struct{}

// in gives a context whose calls note their tries. Until one does, the present counts.
func (t *tries) in(ctx context.Context) context.Context {
	t.note()
	return context.WithValue(ctx, triesKey{}, t)
}

func (t *tries) note() { t.last.Store(int64(t.clock.now())) }

func (t *tries) asked() time.Duration { return time.Duration(t.last.Load()) }

// noteTry is called as a try of a call is sent.
func noteTry(ctx context.Context) {
	if t, ok := ctx.Value(triesKey{}).(*tries); ok {
		t.note()
	}
}
