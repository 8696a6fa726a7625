package securetokentest

import (
	"sync/atomic"
	"time"
)

// movableClock is both clocks of the machine, as far ahead as a test has said.
type movableClock struct {
	began time.Time
	ahead atomic.Int64
}

func newMovableClock() *movableClock { return &movableClock{began: time.Now()} }

func (c *movableClock) advance(length time.Duration) { c.ahead.Add(int64(length)) }

// Monotonic is as of securetoken.Clock.
func (c *movableClock) Monotonic() time.Duration {
	return time.Since(c.began) + time.Duration(c.ahead.Load())
}

// Wall is as of securetoken.Clock.
func (c *movableClock) Wall() time.Time {
	return time.Now().Round(0).Add(time.Duration(c.ahead.Load()))
}
