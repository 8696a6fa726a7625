package securetoken

import (
	"context"
	"sync"
)

// silenceContext is a context that ends like one whose deadline has passed, when it is told so: a stream
// has no deadline, yet gRPC's balancer must learn that an address does not answer.
type silenceContext struct {
	context.Context // whose end ends this one

	mu   sync.Mutex
	done chan struct{}
	err  error
	stop func() bool
}

func newSilenceContext(parent context.Context) *silenceContext {
	c := &silenceContext{Context: parent, done: make(chan struct{})}
	c.stop = context.AfterFunc(parent, func() { c.end(parent.Err()) })
	return c
}

func (c *silenceContext) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.err = err
		close(c.done)
	}
}

// release ends the context when what it is for is over.
func (c *silenceContext) release() {
	c.stop()
	c.end(context.Canceled)
}

// Done is closed when the parent ends, or by end.
func (c *silenceContext) Done() <-chan struct{} { return c.done }

// Err says why the context has ended.
func (c *silenceContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
