package securetoken

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const maxTTL = time.Minute

type digest = [sha256.Size]byte

// cache holds valid answers, the oldest first. A nil cache holds none.
type cache struct {
	ttl  time.Duration
	size int

	mu      sync.Mutex
	entries map[digest]*list.Element
	order   *list.List
}

type cacheEntry struct {
	digest   digest
	response *securetokenv1.ValidateTokenResponse
	asked    time.Time
	keep     time.Duration
}

func newCache(ttl time.Duration, size int) *cache {
	if ttl <= 0 || size <= 0 {
		return nil
	}
	return &cache{
		ttl:     min(ttl, maxTTL),
		size:    size,
		entries: make(map[digest]*list.Element),
		order:   list.New(),
	}
}

// get gives a fresh answer and its age, or nil.
func (c *cache) get(key digest, now time.Time) (*securetokenv1.ValidateTokenResponse, time.Duration) {
	if c == nil {
		return nil, 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[key]
	if !ok {
		return nil, 0
	}
	entry := element.Value.(*cacheEntry)
	if !entry.isFresh(now) {
		c.remove(element)
		return nil, 0
	}
	return entry.response, max(0, now.Sub(entry.asked))
}

// put keeps an answer. remaining is what the token had left when the answer was given, which was after
// it was asked for.
func (c *cache) put(key digest, response *securetokenv1.ValidateTokenResponse, asked time.Time, remaining time.Duration) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if older, ok := c.entries[key]; ok {
		c.remove(older)
	}
	for c.order.Len() > 0 {
		oldest := c.order.Front()
		if c.order.Len() < c.size && oldest.Value.(*cacheEntry).isFresh(asked) {
			break
		}
		c.remove(oldest)
	}
	entry := &cacheEntry{digest: key, response: response, asked: asked, keep: min(c.ttl, remaining)}
	c.entries[key] = c.order.PushBack(entry)
}

func (c *cache) remove(element *list.Element) {
	c.order.Remove(element)
	delete(c.entries, element.Value.(*cacheEntry).digest)
}

// isFresh asks both clocks: the monotonic one may stand still while a machine sleeps, and the other may
// be set back.
func (e *cacheEntry) isFresh(now time.Time) bool {
	return isWithin(e.keep, now.Sub(e.asked), now.Round(0).Sub(e.asked.Round(0)))
}

func isWithin(keep, steadyAge, wallAge time.Duration) bool {
	return steadyAge < keep && wallAge < keep && wallAge >= 0
}
