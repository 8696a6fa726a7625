package securetoken

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Verifier checks tokens without a call for each: it keeps the server's answers about valid tokens, by the
// SHA-256 of the token, until they expire, and follows the feed of revocations. Each kept answer is held
// against all that is revoked whenever it is used. A revocation takes hold within about a second; where the
// feed falls silent, nothing is vouched for beyond [WithMaxStaleness], and the server is asked about every
// token. A check does not wait where the client makes more calls than it may: it gives a
// [RateExceededError] at once.
//
// It needs a client that may call ValidateToken, BatchValidateTokens and WatchRevocations; without the last
// it works, and asks each time. It is safe for concurrent use; one is enough for a program.
type Verifier struct {
	client  *Client
	config  *verifierConfig
	clock   *steadyClock
	feed    *feedState
	kept    *keptAnswers
	flights flights[*keptAnswer]
	asks    questions
	tally   tally

	stop  context.CancelFunc
	ended sync.WaitGroup
}

// NewVerifier makes a verifier over a client, and opens the feed. It ends with [Verifier.Close], or with
// the client.
func NewVerifier(client *Client, options ...VerifierOption) (*Verifier, error) {
	if client == nil {
		return nil, errors.New("securetoken: a verifier needs a client")
	}
	config, err := newVerifierConfig(client, options)
	if err != nil {
		return nil, fmt.Errorf("securetoken: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	clock := newSteadyClock(config.clock)
	v := &Verifier{
		client: client,
		config: config,
		clock:  clock,
		feed:   newFeedState(),
		kept:   newKeptAnswers(config.maxEntries, config.maxBytes),
		asks:   questions{client: client, clock: clock},
		tally:  tally{hooks: config.hooks, logger: config.logger},
		stop:   stop,
	}
	feed := &feed{client: client, state: v.feed, clock: v.clock, hooks: v.feedHooks()}
	v.ended.Go(func() {
		defer stop() // the feed ends with its client
		feed.run(ctx)
	})
	v.ended.Go(func() { feed.watch(ctx) })
	return v, nil
}

func (v *Verifier) feedHooks() feedHooks {
	return feedHooks{
		bound: v.config.maxStaleness,
		stale: func(age time.Duration) {
			v.config.logger.Warn("securetoken: the feed of revocations is late",
				slog.Duration("age", age), slog.Duration("max", v.config.maxStaleness))
			if v.config.hooks.Stale != nil {
				v.tally.tell(func() { v.config.hooks.Stale(age) })
			}
		},
		connected:    v.tally.connected,
		disconnected: v.tally.disconnected,
		refused: func(cause error) {
			v.config.logger.Warn("securetoken: revocations cannot be followed; every token is asked about",
				slog.String("cause", cause.Error()))
			if v.config.hooks.FeedRefused != nil {
				v.tally.tell(func() { v.config.hooks.FeedRefused(cause) })
			}
		},
	}
}

// Close ends the feed, and returns when it has ended. Calls under way go on. A verifier that is closed
// asks the server about every token, as long as the client is open.
func (v *Verifier) Close() {
	v.stop()
	v.ended.Wait()
	v.feed.checkpoint.Store(nil)
}

// Verify gives a valid token's claims, and else [ErrTokenExpired] or [ErrInvalidToken]. Its errors are
// those of [Client.ValidateToken]: any that is no [ErrToken] says that the token could not be checked.
func (v *Verifier) Verify(ctx context.Context, token string) (*ValidToken, error) {
	valid, err := v.verify(ctx, token)
	if err != nil {
		v.tally.refusal(err)
	}
	return valid, err
}

// CheckPermission is nil when the token is valid and holds the permission, compared exactly. Its errors
// are those of [Client.CheckPermission].
func (v *Verifier) CheckPermission(ctx context.Context, token, requiredPermission string) error {
	if !canBeHeld(requiredPermission) {
		return v.client.CheckPermission(ctx, token, requiredPermission) // which tells what is wrong with it
	}
	valid, err := v.Verify(ctx, token)
	if err != nil || slices.Contains(valid.Permissions, requiredPermission) {
		return err
	}
	denied := permissionNotGranted(requiredPermission)
	v.tally.refusal(denied)
	return denied
}

func (v *Verifier) verify(ctx context.Context, token string) (*ValidToken, error) {
	key, now := sha256.Sum256([]byte(token)), v.clock.now()
	kept, reason := v.lookUp(key, now)
	isRevoked := false
	if kept != nil {
		var isInDoubt bool
		if isRevoked, isInDoubt = v.feed.revoked.judge(&kept.subject); isInDoubt && !isRevoked {
			kept, reason = nil, MissForgotten
		}
	}
	if kept == nil {
		v.tally.miss(reason)
		var err error
		kept, err = v.flights.join(ctx, key, func(ctx context.Context) (*keptAnswer, error) {
			return v.ask(ctx, token, key)
		})
		if err != nil {
			return nil, FromError(err)
		}
		isRevoked, _ = v.feed.revoked.judge(&kept.subject)
	}
	// An answer that was on its way while a revocation came in is held against it, like one that is kept.
	// It stays kept: the next use of the token is refused without a call.
	if isRevoked {
		return nil, tokenRevoked()
	}
	if reason == "" {
		v.tally.hit()
	} else if err := v.refuseLate(kept); err != nil {
		return nil, err
	}
	if !kept.valid.isFor(v.config.audience) {
		return nil, audienceMismatch(v.config.audience)
	}
	return kept.claimsAt(v.clock.now()), nil
}

// refuseLate refuses an answer that has just come when its token has ended on the way, or may have been
// revoked since: an answer is as old as the call's last try, and may have been on its way for long.
func (v *Verifier) refuseLate(answer *keptAnswer) error {
	now := v.clock.now()
	switch {
	case now-answer.asked >= answer.valid.TimeRemaining:
		return tokenExpired(answer.valid.ExpiresAt)
	case now-answer.asked <= v.config.maxStaleness:
		return nil
	}
	if kept, _ := v.lookUp(answer.digest, now); kept == answer {
		if _, isInDoubt := v.feed.revoked.judge(&kept.subject); !isInDoubt {
			return nil
		}
	}
	return FromError(status.Error(codes.Unavailable, "the answer about the token came too late to be vouched for"))
}

// lookUp gives an answer that can be vouched for, or why there is none.
func (v *Verifier) lookUp(key digest, now time.Duration) (*keptAnswer, MissReason) {
	last := v.feed.checkpoint.Load()
	if last == nil {
		return nil, MissNotReady
	}
	if last.age(now) > v.config.maxStaleness {
		return nil, MissStale
	}
	kept := v.kept.get(key, now)
	if kept == nil {
		return nil, MissUnknown
	}
	if _, ok := last.keyIDs[kept.valid.KeyID]; !ok {
		return nil, MissKeyGone
	}
	return kept, ""
}

func (v *Verifier) ask(ctx context.Context, token string, key digest) (*keptAnswer, error) {
	// Another call's answer may have come since this check has looked for one.
	if kept, _ := v.lookUp(key, v.clock.now()); kept != nil {
		if _, isInDoubt := v.feed.revoked.judge(&kept.subject); !isInDoubt {
			return kept, nil
		}
	}
	valid, asked, err := v.asks.ask(ctx, token)
	if err != nil {
		return nil, err
	}
	answer := &keptAnswer{
		digest: key, valid: valid, subject: subjectOf(valid), asked: asked,
		bytes: estimateBytes(&valid.Claims),
	}
	v.kept.put(answer)
	return answer, nil
}

// Stats tells what the verifier has done and knows. It takes locks that checks wait for, so ask once a
// second, not once a request.
func (v *Verifier) Stats() VerifierStats {
	stats := VerifierStats{
		Hits: v.tally.hits.Load(), Misses: v.tally.misses.Load(), Reconnects: v.tally.reconnects.Load(),
		Refusals:    v.tally.refusalsByReason(),
		Revocations: v.feed.revoked.size(),
	}
	stats.Entries, stats.Bytes = v.kept.size()
	if last := v.feed.checkpoint.Load(); last != nil {
		stats.IsReady, stats.Staleness = true, last.age(v.clock.now())
		stats.IsVouching = stats.Staleness <= v.config.maxStaleness
	}
	return stats
}

// tokenExpired, tokenRevoked and permissionNotGranted are in the server's words.
func tokenExpired(expiredAt time.Time) *TokenError {
	return &TokenError{
		Kind: KindTokenExpired, Reason: ReasonTokenExpired, Field: "token",
		Message: "Token has expired", Code: codes.Unauthenticated, ExpiredAt: expiredAt,
	}
}

func tokenRevoked() *TokenError {
	return &TokenError{
		Kind: KindInvalidToken, Reason: ReasonTokenRevoked, Field: "token",
		Message: "Token has been revoked", Code: codes.Unauthenticated,
	}
}

func permissionNotGranted(permission string) *TokenError {
	return &TokenError{
		Kind: KindPermissionDenied, Reason: ReasonPermissionNotGranted, Field: fieldName("required_permission"),
		Message:            fmt.Sprintf("Permission '%s' not granted", permission),
		Metadata:           map[string]string{"required_permission": permission},
		RequiredPermission: permission, Code: codes.PermissionDenied,
	}
}
