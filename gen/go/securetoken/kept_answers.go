package securetoken

import (
	"container/list"
	"slices"
	"sync"
	"time"
)

// keptAnswer is the answer about a valid token, as the server gave it when it was asked.
type keptAnswer struct {
	digest  digest
	valid   *ValidToken // shared: never handed out, see claimsAt
	subject subject
	asked   time.Duration // on the steady clock
	bytes   int64
}

// isOver reports whether the token may have ended, by the time it had left when it was asked about.
func (a *keptAnswer) isOver(now time.Duration) bool {
	return now-a.asked >= a.valid.TimeRemaining
}

// claimsAt makes claims of their own for a request, so that handlers share nothing.
func (a *keptAnswer) claimsAt(now time.Duration) *ValidToken {
	valid := *a.valid
	valid.TimeRemaining -= max(0, now-a.asked)
	valid.Permissions = slices.Clone(valid.Permissions)
	valid.Audiences = slices.Clone(valid.Audiences)
	valid.AdditionalData = copyObject(valid.AdditionalData)
	return &valid
}

func copyObject(data map[string]any) map[string]any {
	copied := make(map[string]any, len(data))
	for key, value := range data {
		copied[key] = copyValue(value)
	}
	return copied
}

func copyValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		return copyObject(value)
	case []any:
		copied := slices.Clone(value)
		for i := range copied {
			copied[i] = copyValue(copied[i])
		}
		return copied
	default: // immutable
		return value
	}
}

// keptAnswers is bounded in entries and in bytes; beyond, those that were not used for longest go first.
type keptAnswers struct {
	maxEntries int
	maxBytes   int64

	mu      sync.Mutex
	entries map[digest]*list.Element
	recent  *list.List // the most recently used first
	bytes   int64
}

func newKeptAnswers(maxEntries int, maxBytes int64) *keptAnswers {
	return &keptAnswers{
		maxEntries: maxEntries, maxBytes: maxBytes,
		entries: make(map[digest]*list.Element), recent: list.New(),
	}
}

// get gives an answer of which the token has not ended, or nil.
func (k *keptAnswers) get(key digest, now time.Duration) *keptAnswer {
	k.mu.Lock()
	defer k.mu.Unlock()
	element, ok := k.entries[key]
	if !ok {
		return nil
	}
	answer := element.Value.(*keptAnswer)
	if answer.isOver(now) {
		k.remove(element)
		return nil
	}
	k.recent.MoveToFront(element)
	return answer
}

// put keeps an answer that is within the bounds by itself.
func (k *keptAnswers) put(answer *keptAnswer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if older, ok := k.entries[answer.digest]; ok {
		k.remove(older)
	}
	if answer.bytes > k.maxBytes {
		return
	}
	for k.recent.Len() >= k.maxEntries || k.bytes+answer.bytes > k.maxBytes {
		k.remove(k.recent.Back())
	}
	k.entries[answer.digest] = k.recent.PushFront(answer)
	k.bytes += answer.bytes
}

func (k *keptAnswers) remove(element *list.Element) {
	answer := k.recent.Remove(element).(*keptAnswer)
	delete(k.entries, answer.digest)
	k.bytes -= answer.bytes
}

// size is how many answers are kept, and the estimate of their bytes.
func (k *keptAnswers) size() (int, int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.recent.Len(), k.bytes
}
