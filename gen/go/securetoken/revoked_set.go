package securetoken

import (
	"crypto/sha256"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// maxRevoked is how many entries a set holds at most, some 500 MB.
const maxRevoked = 10_000_000

var (
	errMalformedFeed = errors.New("the feed of revocations is malformed")
	errFeedTooLarge  = errors.New("the feed holds more than 10,000,000 revocations")
)

// revokedKey stands for a token id, a session id or a user: the first 128 bits of a SHA-256.
type revokedKey [16]byte

func revokedKeyOf(text string) revokedKey {
	sum := sha256.Sum256([]byte(text))
	return revokedKey(sum[:])
}

// subject is what revocations of a token are found by.
type subject struct {
	token, session, user revokedKey
	// What cut-offs are compared with, in microseconds since 1970: the session's start, or issued_at where
	// a server whose clock is behind has refreshed the token.
	beginsAt  int64
	expiresAt int64 // in microseconds since 1970
}

func subjectOf(valid *ValidToken) subject {
	return subject{
		token:    revokedKeyOf(valid.TokenID),
		session:  revokedKeyOf(valid.SessionID),
		user:     revokedKeyOf(valid.UserID),
		beginsAt: min(valid.SessionStartedAt.UnixMicro(), valid.IssuedAt.UnixMicro()),

		expiresAt: valid.ExpiresAt.UnixMicro(),
	}
}

// cutOff revokes the tokens of sessions that began at an instant or earlier. Both are in microseconds
// since 1970.
type cutOff struct {
	issuedBefore, expiresAt int64
}

// revokedSet is what is revoked, as the feed tells it. One goroutine writes it.
type revokedSet struct {
	mu         sync.RWMutex
	tokens     map[revokedKey]int64 // the end of the entry, in microseconds since 1970
	sessions   map[revokedKey]int64
	users      map[revokedKey]cutOff
	everything cutOff
	// forgottenUntil is the latest end of what was dropped and not told again, in microseconds since 1970. A wall
	// clock that runs ahead drops too early: what ends then or before cannot be vouched for.
	forgottenUntil int64
	// forgottenSince is the same of what was dropped since the present stream was asked for.
	forgottenSince int64
	max            int
}

func newRevokedSet() *revokedSet {
	return &revokedSet{
		tokens:   make(map[revokedKey]int64),
		sessions: make(map[revokedKey]int64),
		users:    make(map[revokedKey]cutOff),

		forgottenUntil: math.MinInt64,
		forgottenSince: math.MinInt64,
		max:            maxRevoked,
	}
}

// judge reports whether a token is revoked, and whether a revocation of it may have been dropped.
func (s *revokedSet) judge(of *subject) (isRevoked, isInDoubt bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.hits(of), of.expiresAt <= s.forgottenUntil
}

func (s *revokedSet) hits(of *subject) bool {
	if _, ok := s.tokens[of.token]; ok {
		return true
	}
	if _, ok := s.sessions[of.session]; ok {
		return true
	}
	if cut, ok := s.users[of.user]; ok && of.beginsAt <= cut.issuedBefore {
		return true
	}
	return s.everything.expiresAt != 0 && of.beginsAt <= s.everything.issuedBefore
}

// add enters revocations. It gives an error for one that is malformed, and beyond the most that a set
// holds.
func (s *revokedSet) add(revocations []*securetokenv1.Revocation) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, each := range revocations {
		if s.sizeLocked() >= s.max {
			return errFeedTooLarge
		}
		if err := s.addOne(each); err != nil {
			return err
		}
	}
	return nil
}

func (s *revokedSet) addOne(revocation *securetokenv1.Revocation) error {
	expiresAt, ok := toMicros(revocation.GetExpiresAt())
	if !ok {
		return errMalformedFeed
	}
	switch target := revocation.GetTarget().(type) {
	case *securetokenv1.Revocation_TokenId:
		return lengthen(s.tokens, target.TokenId, expiresAt)
	case *securetokenv1.Revocation_SessionId:
		return lengthen(s.sessions, target.SessionId, expiresAt)
	}
	issuedBefore, ok := toMicros(revocation.GetIssuedBefore())
	if !ok {
		return errMalformedFeed
	}
	cut := cutOff{issuedBefore, expiresAt}
	switch target := revocation.GetTarget().(type) {
	case *securetokenv1.Revocation_UserIdSha256:
		if len(target.UserIdSha256) != sha256.Size {
			return errMalformedFeed
		}
		key := revokedKey(target.UserIdSha256[:len(revokedKey{})])
		s.users[key] = latest(s.users[key], cut)
	case *securetokenv1.Revocation_Everything:
		if !target.Everything {
			return errMalformedFeed
		}
		s.everything = latest(s.everything, cut)
	default: // a kind that this client does not know
		return errMalformedFeed
	}
	return nil
}

// lengthen keeps an entry until the later of its ends.
func lengthen(entries map[revokedKey]int64, id string, expiresAt int64) error {
	if id == "" {
		return errMalformedFeed
	}
	key := revokedKeyOf(id)
	entries[key] = max(entries[key], expiresAt)
	return nil
}

// latest is the cut-off that hits whatever one of the two hits.
func latest(known, added cutOff) cutOff {
	if known.expiresAt == 0 {
		return added
	}
	return cutOff{max(known.issuedBefore, added.issuedBefore), max(known.expiresAt, added.expiresAt)}
}

// sweepChunk is how many entries are dropped while readers wait.
const sweepChunk = 1000

// sweep drops the entries that end before an instant, in microseconds since 1970. Only the set's writer
// calls it, so that the set stays as it is between reading and dropping.
func (s *revokedSet) sweep(before int64) {
	endOf := func(expiresAt int64) int64 { return expiresAt }
	sweepMap(s, s.tokens, before, endOf)
	sweepMap(s, s.sessions, before, endOf)
	sweepMap(s, s.users, before, func(cut cutOff) int64 { return cut.expiresAt })
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.everything.expiresAt != 0 && s.everything.expiresAt < before {
		s.forget(s.everything.expiresAt)
		s.everything = cutOff{}
	}
}

func (s *revokedSet) forget(end int64) {
	s.forgottenUntil = max(s.forgottenUntil, end)
	s.forgottenSince = max(s.forgottenSince, end)
}

// begin is for a stream that is asked for.
func (s *revokedSet) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgottenSince = math.MinInt64
}

// relearn is for a stream that has told all that was in force when it was asked for.
func (s *revokedSet) relearn() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgottenUntil = s.forgottenSince
}

// hasForgotten reports whether what was dropped has yet to end at an instant, in microseconds since 1970: the
// clock ran ahead when it was dropped.
func (s *revokedSet) hasForgotten(now int64) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.forgottenUntil > now
}

func sweepMap[T any](s *revokedSet, entries map[revokedKey]T, before int64, endOf func(T) int64) {
	var over []revokedKey
	latest := int64(math.MinInt64)
	for key, entry := range entries {
		if end := endOf(entry); end < before {
			over = append(over, key)
			latest = max(latest, end)
		}
	}
	for chunk := range slices.Chunk(over, sweepChunk) {
		s.mu.Lock()
		s.forget(latest) // before any reader misses an entry
		for _, key := range chunk {
			delete(entries, key)
		}
		s.mu.Unlock()
	}
}

// size is how many entries the set holds.
func (s *revokedSet) size() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sizeLocked()
}

func (s *revokedSet) sizeLocked() int {
	count := len(s.tokens) + len(s.sessions) + len(s.users)
	if s.everything.expiresAt != 0 {
		count++
	}
	return count
}

// toMicros is false for an instant that is none.
func toMicros(timestamp *timestamppb.Timestamp) (int64, bool) {
	if !timestamp.IsValid() {
		return 0, false
	}
	return timestamp.GetSeconds()*int64(time.Second/time.Microsecond) + int64(timestamp.GetNanos())/int64(time.Microsecond), true
}
