package securetokentest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const (
	keyID              = "stand-in-key-id0" // the one key of a service
	defaultLifetime    = 24 * time.Hour
	revocationLifetime = 8760 * time.Hour
)

// tokens is what has been issued and revoked: plain maps, no cryptography.
type tokens struct {
	clock *movableClock

	mu          sync.Mutex
	issued      map[string]*securetokenv1.TokenClaims
	revocations []*securetokenv1.Revocation // in the order in which they were made
	changed     chan struct{}               // closed, and replaced, by each revocation
	calls       []string
}

// grant is what a token is to hold.
type grant struct {
	userID      string
	permissions []string
	lifetime    time.Duration
	data        *structpb.Struct
	audiences   []string
	sessionOf   *securetokenv1.TokenClaims // of the token that is refreshed; nil for a session of its own
}

func newTokens() *tokens {
	return &tokens{
		clock:   newMovableClock(),
		issued:  make(map[string]*securetokenv1.TokenClaims),
		changed: make(chan struct{}),
	}
}

// now is in whole microseconds, as the service has it.
func (t *tokens) now() time.Time { return t.clock.Wall().Truncate(time.Microsecond) }

func (t *tokens) note(rpc string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, rpc)
}

func (t *tokens) issue(asked grant) (string, *securetokenv1.TokenClaims) {
	now, id := t.now(), rand.Text()
	claims := &securetokenv1.TokenClaims{
		TokenId: id, UserId: asked.userID, SessionId: id, KeyId: keyID,
		Permissions:      asked.permissions,
		IssuedAt:         timestamppb.New(now),
		ExpiresAt:        timestamppb.New(now.Add(asked.lifetime)),
		AdditionalData:   asked.data,
		Audiences:        asked.audiences,
		SessionStartedAt: timestamppb.New(now),
	}
	if old := asked.sessionOf; old != nil {
		claims.SessionId, claims.SessionStartedAt = old.GetSessionId(), old.GetSessionStartedAt()
	}
	token := "stand-in."
	for len(token) < 200 { // about as long as the service's
		token += rand.Text()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.issued[token] = claims
	return token, proto.CloneOf(claims)
}

// expire reports whether the token was issued here.
func (t *tokens) expire(token string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	claims, ok := t.issued[token]
	if ok {
		claims.ExpiresAt = timestamppb.New(t.now().Add(-time.Second))
	}
	return ok
}

// find gives what a token holds, and what is wrong with it; no claims for a text that is no token.
func (t *tokens) find(token string) (*securetokenv1.TokenClaims, *refusal) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept, ok := t.issued[token]
	if !ok {
		return nil, malformed()
	}
	claims := proto.CloneOf(kept)
	left := claims.GetExpiresAt().AsTime().Sub(t.now())
	claims.TimeRemaining = durationpb.New(max(0, left))
	if left < 0 {
		return claims, expired(claims.GetExpiresAt())
	}
	for _, entry := range t.revocations {
		if hits(entry, claims) {
			return claims, revoked()
		}
	}
	return claims, nil
}

// findFor gives what a valid token for an audience holds, and says that it was checked; empty requires none.
func (t *tokens) findFor(token, audience string) (*securetokenv1.TokenClaims, *refusal) {
	claims, problem := t.find(token)
	if problem != nil {
		return nil, problem
	}
	if audience != "" && !slices.Contains(claims.GetAudiences(), audience) {
		return nil, notFor(audience)
	}
	claims.CheckedAudience = audience
	return claims, nil
}

func (t *tokens) revoke(target *securetokenv1.RevocationTarget, reason string) (
	securetokenv1.RevocationOutcome, *refusal,
) {
	now := timestamppb.New(t.now())
	entry := &securetokenv1.Revocation{
		RevokedAt: now, Reason: reason, ExpiresAt: timestamppb.New(t.now().Add(revocationLifetime)),
	}
	switch target := target.GetTarget().(type) {
	case *securetokenv1.RevocationTarget_Token:
		claims, problem := t.find(target.Token)
		if claims == nil {
			return securetokenv1.RevocationOutcome_REVOCATION_OUTCOME_NOT_AUTHENTIC, nil
		}
		if problem != nil && problem.detail.GetExpiredAt() != nil {
			return securetokenv1.RevocationOutcome_REVOCATION_OUTCOME_ALREADY_EXPIRED, nil
		}
		entry.Target = &securetokenv1.Revocation_TokenId{TokenId: claims.GetTokenId()}
	case *securetokenv1.RevocationTarget_TokenId:
		entry.Target = &securetokenv1.Revocation_TokenId{TokenId: target.TokenId.GetTokenId()}
	case *securetokenv1.RevocationTarget_SessionId:
		entry.Target = &securetokenv1.Revocation_SessionId{SessionId: target.SessionId}
	case *securetokenv1.RevocationTarget_User:
		entry.Target = &securetokenv1.Revocation_UserIdSha256{UserIdSha256: hashOf(target.User.GetUserId())}
		if entry.IssuedBefore = target.User.GetIssuedBefore(); entry.IssuedBefore == nil {
			entry.IssuedBefore = now
		}
	case *securetokenv1.RevocationTarget_EverythingIssuedBefore:
		entry.Target = &securetokenv1.Revocation_Everything{Everything: true}
		entry.IssuedBefore = target.EverythingIssuedBefore
	default:
		return 0, emptyTarget()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.revocations = append(t.revocations, entry)
	close(t.changed)
	t.changed = make(chan struct{})
	return securetokenv1.RevocationOutcome_REVOCATION_OUTCOME_REVOKED, nil
}

// since gives the revocations from an index on, and what is closed by the next.
func (t *tokens) since(index int) ([]*securetokenv1.Revocation, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.revocations[index:len(t.revocations):len(t.revocations)], t.changed
}

func hits(entry *securetokenv1.Revocation, claims *securetokenv1.TokenClaims) bool {
	isCut := !claims.GetSessionStartedAt().AsTime().After(entry.GetIssuedBefore().AsTime())
	switch target := entry.GetTarget().(type) {
	case *securetokenv1.Revocation_TokenId:
		return target.TokenId == claims.GetTokenId()
	case *securetokenv1.Revocation_SessionId:
		return target.SessionId == claims.GetSessionId()
	case *securetokenv1.Revocation_UserIdSha256:
		return isCut && bytes.Equal(target.UserIdSha256, hashOf(claims.GetUserId()))
	default: // everything
		return isCut
	}
}

func hashOf(userID string) []byte {
	hash := sha256.Sum256([]byte(userID))
	return hash[:]
}
