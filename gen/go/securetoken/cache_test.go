package securetoken

import (
	"testing"
	"time"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

var start = time.Now() // with a monotonic reading

func filled(ttl time.Duration, size int, names ...string) *cache {
	c := newCache(ttl, size)
	for _, name := range names {
		c.put(digest{name[0]}, &securetokenv1.ValidateTokenResponse{TokenId: name}, start, time.Hour)
	}
	return c
}

func (c *cache) holds(name string, now time.Time) bool {
	kept, _ := c.get(digest{name[0]}, now)
	return kept != nil
}

func TestAnAnswerIsKeptForItsTimeAndNoLonger(t *testing.T) {
	c := filled(5*time.Second, 10, "a")
	if !c.holds("a", start.Add(5*time.Second-1)) {
		t.Error("dropped too early")
	}
	if c.holds("b", start) {
		t.Error("holds what it was not given")
	}
	if c.holds("a", start.Add(5*time.Second)) {
		t.Error("kept too long")
	}
	if len(c.entries) != 0 || c.order.Len() != 0 {
		t.Error("a stale answer stays in memory")
	}
}

func TestAnAnswerNeverOutlivesItsToken(t *testing.T) {
	c := newCache(5*time.Second, 10)
	c.put(digest{'a'}, &securetokenv1.ValidateTokenResponse{}, start, time.Second)
	if _, age := c.get(digest{'a'}, start.Add(time.Second-1)); age != time.Second-1 {
		t.Errorf("dropped too early, or of age %v", age)
	}
	if c.holds("a", start.Add(time.Second)) {
		t.Error("kept beyond the token's expiry")
	}
}

func TestEitherClockEndsAnAnswer(t *testing.T) {
	for name, it := range map[string]struct {
		steady, wall time.Duration
		want         bool
	}{
		"both agree":                {time.Second, time.Second, true},
		"a clock that went astray":  {time.Second, 4 * time.Second, true},
		"a machine that slept":      {time.Second, 5 * time.Second, false},
		"a clock that was held":     {5 * time.Second, time.Second, false},
		"a clock that was set back": {time.Second, -time.Hour, false},
	} {
		if got := isWithin(5*time.Second, it.steady, it.wall); got != it.want {
			t.Errorf("%s: fresh is %v", name, got)
		}
	}
	withoutMonotonic := start.Round(0)
	if filled(5*time.Second, 10, "a").holds("a", withoutMonotonic.Add(-time.Second)) {
		t.Error("an entry does not ask the wall clock")
	}
}

func TestTheCacheIsBounded(t *testing.T) {
	c := filled(5*time.Second, 3, "a", "b", "c", "a", "d")
	for name, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if c.holds(name, start) != want {
			t.Errorf("%s: held is %v", name, !want)
		}
	}
	if len(c.entries) != 3 || c.order.Len() != 3 {
		t.Errorf("holds %d and %d", len(c.entries), c.order.Len())
	}
	later := start.Add(6 * time.Second)
	c.put(digest{'e'}, &securetokenv1.ValidateTokenResponse{}, later, time.Hour)
	if len(c.entries) != 1 || c.order.Len() != 1 {
		t.Error("stale answers stay in memory")
	}
}

func TestLimitsOfTheCache(t *testing.T) {
	if filled(time.Hour, 1, "a").holds("a", start.Add(time.Minute)) {
		t.Error("kept for more than a minute")
	}
	for _, none := range []*cache{nil, newCache(0, 10), newCache(time.Second, 0)} {
		none.put(digest{'a'}, &securetokenv1.ValidateTokenResponse{}, start, time.Hour)
		if none.holds("a", start) {
			t.Error("a cache that is off holds something")
		}
	}
}
