package securetoken

import (
	"testing"
	"time"
)

type hands struct {
	monotonic time.Duration
	wall      time.Time
}

func (h *hands) Monotonic() time.Duration { return h.monotonic }
func (h *hands) Wall() time.Time          { return h.wall }

func TestSteadyClock(t *testing.T) {
	clock := &hands{wall: time.Unix(1_800_000_000, 0)}
	steady := newSteadyClock(clock)
	for _, step := range []struct {
		name                   string
		monotonic, wall, count time.Duration
	}{
		{"both go on", time.Second, time.Second, time.Second},
		{"the machine sleeps", 0, time.Hour, time.Hour},
		{"the wall clock is set back", time.Second, -2 * time.Hour, time.Second},
		{"both go on from there", time.Second, time.Second, time.Second},
		{"the machine sleeps after it", 0, time.Hour, time.Hour},
		{"a nap", 0, 60 * time.Millisecond, 0},
		{"another nap, counted with the one before", 0, 60 * time.Millisecond, 120 * time.Millisecond},
		{"the wall clock is set back a little", time.Second, 950 * time.Millisecond, time.Second},
		{"a nap after it", 0, 60 * time.Millisecond, 0},
		{"both go on after naps", time.Second, time.Second, time.Second},
	} {
		before := steady.now()
		clock.monotonic += step.monotonic
		clock.wall = clock.wall.Add(step.wall)
		if counted := steady.now() - before; counted != step.count {
			t.Errorf("%s: counts %v instead of %v", step.name, counted, step.count)
		}
	}
}

// heldUp is one time on two clocks, whose reader may be held up before it reads the wall's.
type heldUp struct{ present, pause time.Duration }

func (h *heldUp) Monotonic() time.Duration { return h.present }

func (h *heldUp) Wall() time.Time {
	h.present, h.pause = h.present+h.pause, 0
	return time.Unix(1_800_000_000, 0).Add(h.present)
}

func TestAPauseBetweenTheTwoClocksIsNoSleep(t *testing.T) {
	clock := &heldUp{}
	steady := newSteadyClock(clock)
	clock.pause = 5 * time.Second
	if now := steady.now(); now != 5*time.Second {
		t.Errorf("counts %v", now)
	}
	clock.present += time.Second
	if now := steady.now(); now != 6*time.Second {
		t.Errorf("counts %v", now)
	}
}
