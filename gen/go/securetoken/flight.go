package securetoken

import (
	"context"
	"sync"
)

// flights makes one call of the concurrent checks of one token.
type flights[T any] struct {
	mu      sync.Mutex
	flights map[digest]*flight[T]
}

// flight is a call under way, and the requests that wait for it.
type flight[T any] struct {
	done    chan struct{}
	cancel  context.CancelFunc
	waiting int
	answer  T
	err     error
}

// join asks, or waits for the call that another request has begun. The call has the time that ask gives
// it, and not that of the request that began it: it ends early only when nobody waits any more.
func (f *flights[T]) join(ctx context.Context, key digest, ask func(context.Context) (T, error)) (T, error) {
	f.mu.Lock()
	call, ok := f.flights[key]
	if !ok {
		call = f.begin(ctx, key, ask)
	}
	call.waiting++
	f.mu.Unlock()
	select {
	case <-call.done:
		return call.answer, call.err
	case <-ctx.Done():
		f.leave(key, call)
		var none T
		return none, ctx.Err()
	}
}

func (f *flights[T]) begin(ctx context.Context, key digest, ask func(context.Context) (T, error)) *flight[T] {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	call := &flight[T]{done: make(chan struct{}), cancel: cancel}
	if f.flights == nil {
		f.flights = make(map[digest]*flight[T])
	}
	f.flights[key] = call
	go func() {
		defer cancel()
		call.answer, call.err = ask(ctx)
		f.mu.Lock()
		f.forget(key, call)
		f.mu.Unlock()
		close(call.done)
	}()
	return call
}

func (f *flights[T]) leave(key digest, call *flight[T]) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if call.waiting--; call.waiting == 0 {
		f.forget(key, call)
		call.cancel()
	}
}

func (f *flights[T]) forget(key digest, call *flight[T]) {
	if f.flights[key] == call {
		delete(f.flights, key)
	}
}
