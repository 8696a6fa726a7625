package securetoken

import (
	"context"
	"sync"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// flights makes one call of the concurrent checks of one token.
type flights struct {
	mu      sync.Mutex
	flights map[digest]*flight
}

// flight is a call under way, and the requests that wait for it.
type flight struct {
	done     chan struct{}
	cancel   context.CancelFunc
	waiting  int
	response *securetokenv1.ValidateTokenResponse
	err      error
}

type askFunc func(context.Context) (*securetokenv1.ValidateTokenResponse, error)

// join asks, or waits for the call that another request has begun. The call has the time that ask gives
// it, and not that of the request that began it: it ends early only when nobody waits any more.
func (f *flights) join(ctx context.Context, key digest, ask askFunc) (*securetokenv1.ValidateTokenResponse, error) {
	f.mu.Lock()
	call, ok := f.flights[key]
	if !ok {
		call = f.begin(ctx, key, ask)
	}
	call.waiting++
	f.mu.Unlock()
	select {
	case <-call.done:
		return call.response, call.err
	case <-ctx.Done():
		f.leave(key, call)
		return nil, ctx.Err()
	}
}

func (f *flights) begin(ctx context.Context, key digest, ask askFunc) *flight {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	call := &flight{done: make(chan struct{}), cancel: cancel}
	if f.flights == nil {
		f.flights = make(map[digest]*flight)
	}
	f.flights[key] = call
	go func() {
		defer cancel()
		call.response, call.err = ask(ctx)
		f.mu.Lock()
		f.forget(key, call)
		f.mu.Unlock()
		close(call.done)
	}()
	return call
}

func (f *flights) leave(key digest, call *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if call.waiting--; call.waiting == 0 {
		f.forget(key, call)
		call.cancel()
	}
}

func (f *flights) forget(key digest, call *flight) {
	if f.flights[key] == call {
		delete(f.flights, key)
	}
}
