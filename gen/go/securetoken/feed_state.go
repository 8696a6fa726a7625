package securetoken

import (
	"sync/atomic"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/durationpb"

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
	knownAsOf time.Duration // on the steady clock: when it was written at the earliest
	staleness time.Duration // how old the server's own knowledge was
	delay     time.Duration // how long it was on its way at most
	keyIDs    map[string]struct{}
}

// age is how old the knowledge is at an instant.
func (c *checkpoint) age(now time.Duration) time.Duration {
	age := c.staleness + max(0, now-c.knownAsOf)
	if age < c.staleness { // beyond the 292 years of a time.Duration
		return c.staleness
	}
	return age
}

// feedState is what the feed has told so far. One goroutine applies events; any may read.
type feedState struct {
	// revoked is all that any stream has told and that has not ended. A snapshot adds to it and takes nothing
	// away: it may be that of a server which has yet to learn what another one told.
	revoked    *revokedSet
	checkpoint atomic.Pointer[checkpoint] // nil: nothing is vouched for

	isAmidSnapshot bool // whether a snapshot is being received
	isComplete     bool // whether a snapshot has been received whole
	isWhole        bool // whether one has by the present stream
	cursor         string
	asked          time.Duration // when the present stream was asked for, on the steady clock
	swept          time.Duration
}

func newFeedState() *feedState {
	return &feedState{revoked: newRevokedSet()}
}

// begin prepares for a new stream that is asked for now: a snapshot that an earlier one has left incomplete
// counts for none. What has ended is dropped: a set that is too large would otherwise never take a checkpoint.
// Where a wall clock that ran ahead has dropped what has not ended, everything is asked for.
func (s *feedState) begin(now time.Duration, wall time.Time) string {
	s.isAmidSnapshot, s.isWhole = false, false
	s.asked = now
	s.sweep(now, wall)
	s.revoked.begin()
	if s.revoked.hasForgotten(wall.UnixMicro()) {
		return ""
	}
	return s.cursor
}

// distrust ends the trust in what the feed has told: it must begin anew. The set stays in force for
// answers that come in meanwhile.
func (s *feedState) distrust() {
	s.checkpoint.Store(nil)
	s.isAmidSnapshot, s.isComplete, s.cursor = false, false, ""
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
	if !page.GetFirst() && !s.isAmidSnapshot {
		return errMalformedFeed
	}
	s.isAmidSnapshot = !page.GetLast()
	s.isComplete = s.isComplete || page.GetLast()
	s.isWhole = page.GetLast()
	return s.revoked.add(page.GetRevocations())
}

func (s *feedState) applyChanges(revocations []*securetokenv1.Revocation) error {
	if !s.isComplete && !s.isAmidSnapshot {
		return errMalformedFeed
	}
	return s.revoked.add(revocations)
}

// applyCheckpoint ignores one amid a snapshot: the set in force lacks what the snapshot has yet to tell.
func (s *feedState) applyCheckpoint(
	told *securetokenv1.WatchRevocationsResponse_Checkpoint, now time.Duration,
) (bool, error) {
	staleness, ok := toAge(told.GetStaleness()) // a missing one is no zero: the server has not said that it is up to date
	if !ok {
		return false, errMalformedFeed
	}
	knownAsOf := now
	uptime := time.Duration(-1) // not told
	if told.GetUptime() != nil {
		uptime, ok = toAge(told.GetUptime())
		if !ok {
			return false, errMalformedFeed
		}
		// The server took the stream up after it was asked for, so nothing was written earlier.
		knownAsOf -= max(0, now-s.asked-uptime)
	}
	if utf8.RuneCountInString(told.GetCursor()) > maxCursor {
		return false, errMalformedFeed
	}
	if s.isAmidSnapshot {
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
	s.checkpoint.Store(&checkpoint{knownAsOf, staleness, now - knownAsOf, keyIDs})
	// The server knew all that was in force when it took the stream up, and has told it.
	if s.isWhole && uptime >= staleness {
		s.revoked.relearn()
	}
	return true, nil
}

// toAge is false for a duration that is none, or is below zero.
func toAge(told *durationpb.Duration) (time.Duration, bool) {
	isAge := told.CheckValid() == nil && told.GetSeconds() >= 0 && told.GetNanos() >= 0
	return told.AsDuration(), isAge
}

// sweep drops what has ended by the wall clock, unless that was done a moment ago.
func (s *feedState) sweep(now time.Duration, wall time.Time) {
	if s.revoked.size() > maxSweepEntries && now-s.swept < sweepInterval {
		return
	}
	s.swept = now
	s.revoked.sweep(wall.UnixMicro())
}
