package securetoken

import (
	"context"
	"sync/atomic"
)

// staying is the server that a feed is followed at: the next one is opened there as well, as a cursor is known
// to the server alone that gave it.
type staying struct {
	at atomic.Pointer[server] // nil: any
}

type stayingKey struct{}

// in gives a context whose calls stay at the server.
func (s *staying) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, stayingKey{}, s)
}

// leave makes the next call go to any server.
func (s *staying) leave() { s.at.Store(nil) }

// stayingOf is nil for a call that may go to any server.
func stayingOf(ctx context.Context) *staying {
	stay, _ := ctx.Value(stayingKey{}).(*staying)
	return stay
}
