package securetoken

import (
	"sync/atomic"
	"time"
	"unicode/utf8"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// maxSweepEntries and sweepInterval bound what looking for ended entries costs: a set of more entries is
// looked through once in the interval.
const (
	maxSweepEntries = 10_000
	sweepInterval   = time.Minute
)

// maxCursor is how many characters the longest cursor of a server has.
const maxCursor = 256

// checkpoint is the server's word that everything up to an instant has been told.
type checkpoint struct {
	received  time.Duration // on the steady clock
	staleness time.Duration // how old the server's own knowledge was
	keyIDs    map[string]struct{}
}

// age is how old the knowledge is at an instant.
func (c *checkpoint) age(now time.Duration) time.Duration {
	age := c.staleness + max(0, now-c.received)
	if age < c.staleness { // beyond the 292 years of a time.Duration
		return c.staleness
	}
	return age
}

// feedState is what the feed has told so far. One goroutine applies events; any may read.
type feedState struct {
	revoked    atomic.Pointer[revokedSet]
	checkpoint atomic.Pointer[checkpoint] // nil: nothing is vouched for

	next       *revokedSet // the snapshot that is being received, beside the set in force
	isComplete bool        // whether a snapshot has been received whole
	cursor     string
	swept      time.Duration
}

func newFeedState() *feedState {
	s := &feedState{}
	s.revoked.Store(newRevokedSet())
	return s
}

// begin prepares for a new stream: a snapshot that an earlier one has left incomplete is void.
func (s *feedState) begin() string {
	s.next = nil
	return s.cursor
}

// distrust ends the trust in what the feed has told: it must begin anew. The set stays in force for
// answers that come in meanwhile.
func (s *feedState) distrust() {
	s.checkpoint.Store(nil)
	s.next, s.isComplete, s.cursor = nil, false, ""
}

// apply takes an event. It reports whether that was a checkpoint that lets answers be vouched for, and
// gives an error for an event that must end the trust in the feed.
func (s *feedState) apply(event *securetokenv1.WatchRevocationsResponse, now time.Duration) (bool, error) {
	switch event := event.GetEvent().(type) {
	case *securetokenv1.WatchRevocationsResponse_Snapshot:
		return false, s.applyPage(event.Snapshot)
	case *securetokenv1.WatchRevocationsResponse_Changes_:
		return false, s.applyChanges(event.Changes.GetRevocations())
	case *securetokenv1.WatchRevocationsResponse_Checkpoint_:
		return s.applyCheckpoint(event.Checkpoint, now)
	default: // of a kind that this client does not know
		return false, errMalformedFeed
	}
}

func (s *feedState) applyPage(page *securetokenv1.WatchRevocationsResponse_SnapshotPage) error {
	if page.GetFirst() {
		s.next = newRevokedSet()
	}
	if s.next == nil {
		return errMalformedFeed
	}
	if err := s.next.add(page.GetRevocations()); err != nil {
		return err
	}
	if page.GetLast() {
		s.revoked.Store(s.next)
		s.next, s.isComplete = nil, true
	}
	return nil
}

// applyChanges adds to the set in force, so that nothing waits for a snapshot that is on its way, and to
// that snapshot.
func (s *feedState) applyChanges(revocations []*securetokenv1.Revocation) error {
	if !s.isComplete && s.next == nil {
		return errMalformedFeed
	}
	if err := s.revoked.Load().add(revocations); err != nil || s.next == nil {
		return err
	}
	return s.next.add(revocations)
}

// applyCheckpoint ignores one amid a snapshot: the set in force lacks what the snapshot has yet to tell.
func (s *feedState) applyCheckpoint(
	told *securetokenv1.WatchRevocationsResponse_Checkpoint, now time.Duration,
) (bool, error) {
	staleness := told.GetStaleness() // a missing one is no zero: the server has not said that it is up to date
	if staleness.CheckValid() != nil || staleness.GetSeconds() < 0 || staleness.GetNanos() < 0 {
		return false, errMalformedFeed
	}
	if utf8.RuneCountInString(told.GetCursor()) > maxCursor {
		return false, errMalformedFeed
	}
	if s.next != nil {
		return false, nil
	}
	if !s.isComplete {
		return false, errMalformedFeed
	}
	s.cursor = told.GetCursor()
	keyIDs := make(map[string]struct{}, len(told.GetKeyIds()))
	for _, id := range told.GetKeyIds() {
		keyIDs[id] = struct{}{}
	}
	s.checkpoint.Store(&checkpoint{now, staleness.AsDuration(), keyIDs})
	return true, nil
}

// sweep drops what has ended, unless that was done a moment ago.
func (s *feedState) sweep(now time.Duration, server *serverTime) {
	present, ok := server.at(now)
	set := s.revoked.Load()
	if !ok || set.size() > maxSweepEntries && now-s.swept < sweepInterval {
		return
	}
	s.swept = now
	set.sweep(present)
}
