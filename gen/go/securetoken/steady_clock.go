package securetoken

import (
	"sync/atomic"
	"time"
)

// Clock is what a [Verifier] measures time with. Only tests give one of their own; see
// [WithVerifierClock].
type Clock interface {
	// Monotonic is the time since some fixed instant. No change of the machine's time alters it.
	Monotonic() time.Duration
	// Wall is the machine's time, which may be set, and goes on while the machine sleeps.
	Wall() time.Time
}

// leastSleep is how far the wall clock must get ahead of the monotonic one to tell of a sleep: clocks that
// are slewed differ by less.
const leastSleep = 100 * time.Millisecond

// steadyClock never goes back, and counts the time that the machine sleeps, which Go's monotonic clock
// leaves out: it follows the wall clock forward, and never back. A wall clock that is set forward ages
// what is kept, which is then asked for anew.
type steadyClock struct {
	clock     Clock
	monotonic time.Duration
	wallStart time.Time
	ahead     atomic.Int64 // by how much the wall clock has run ahead
}

func newSteadyClock(clock Clock) *steadyClock {
	return &steadyClock{clock: clock, monotonic: clock.Monotonic(), wallStart: clock.Wall()}
}

// now is the time since the clock was made.
func (c *steadyClock) now() time.Duration {
	monotonic := c.clock.Monotonic() - c.monotonic
	wall := c.clock.Wall().Sub(c.wallStart)
	for {
		ahead := c.ahead.Load()
		sleep := wall - monotonic - time.Duration(ahead)
		if sleep < leastSleep {
			return monotonic + time.Duration(ahead)
		}
		if c.ahead.CompareAndSwap(ahead, ahead+int64(sleep)) {
			return wall
		}
	}
}

// wall is the machine's time, which may be wrong.
func (c *steadyClock) wall() time.Time { return c.clock.Wall() }

// machineClock is the clock of the machine.
type machineClock struct{}

func (machineClock) Monotonic() time.Duration { return time.Since(clockStart) }

func (machineClock) Wall() time.Time { return time.Now().Round(0) }
