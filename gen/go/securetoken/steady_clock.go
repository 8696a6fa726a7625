package securetoken

import (
	"sync"
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
// are slewed differ by less. Naps are counted together.
const leastSleep = 100 * time.Millisecond

// steadyClock never goes back, and counts the time that the machine sleeps, which Go's monotonic clock
// leaves out: it follows the wall clock forward, and never back. A wall clock that is set forward ages
// what is kept, which is then asked for anew. One that is set back hides no later sleep: what counts is
// how far it has got ahead since its last low.
type steadyClock struct {
	clock     Clock
	monotonic time.Duration
	wallStart time.Time
	ahead     atomic.Int64 // all that was counted of the wall clock's being ahead
	low       atomic.Int64 // by how much the wall clock was ahead, at the least since that was last counted
	counting  sync.Mutex
}

func newSteadyClock(clock Clock) *steadyClock {
	return &steadyClock{clock: clock, monotonic: clock.Monotonic(), wallStart: clock.Wall()}
}

// now is the time since the clock was made.
func (c *steadyClock) now() time.Duration {
	monotonic, lead := c.read()
	// In this order: count changes ahead first, so that no sleep is missed in between.
	if gained := lead - time.Duration(c.low.Load()); gained < 0 || gained >= leastSleep {
		return c.count()
	}
	return monotonic + time.Duration(c.ahead.Load())
}

// count takes a new low, or counts a sleep, by clocks that are read again: those of a check that was held
// up may be from before the wall clock was set.
func (c *steadyClock) count() time.Duration {
	c.counting.Lock()
	defer c.counting.Unlock()
	monotonic, lead := c.read()
	gained := lead - time.Duration(c.low.Load())
	if gained >= leastSleep {
		c.ahead.Add(int64(gained))
	}
	if gained < 0 || gained >= leastSleep {
		c.low.Store(int64(lead))
	}
	return monotonic + time.Duration(c.ahead.Load())
}

// read gives the monotonic clock's time, and by how much more the wall clock has advanced.
func (c *steadyClock) read() (monotonic, lead time.Duration) {
	monotonic = c.clock.Monotonic() - c.monotonic
	return monotonic, c.clock.Wall().Sub(c.wallStart) - monotonic
}

// wall is the machine's time, which may be wrong.
func (c *steadyClock) wall() time.Time { return c.clock.Wall() }

// machineClock is the clock of the machine.
type machineClock struct{}

func (machineClock) Monotonic() time.Duration { return time.Since(clockStart) }

func (machineClock) Wall() time.Time { return time.Now().Round(0) }
