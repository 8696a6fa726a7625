package securetoken

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"time"

	"google.golang.org/grpc/metadata"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// ErrNoRule is what a fault handler is told, wrapped with the method's name, when a request is refused
// because the policy does not name it.
var ErrNoRule = errors.New("securetoken: no rule of the policy names the request")

// Guard lets a request pass when it presents what is required of it, see [Requirement], and puts the
// token's claims into its context; see [ClaimsFromContext]. What it refuses reaches no handler; see
// [Refusal].
//
// A token is checked when a request begins; one that expires during a long stream does not end it.
// Concurrent requests with one token are one call. The check takes no longer than the client's timeout,
// whatever the deadline of the request, and does not wait where the client makes more calls than it may.
type Guard struct {
	client  *Client
	cache   *cache
	onHit   func()            // of the cache
	watch   *[]VerifierOption // to be watched by a verifier of the guard's own
	watcher *Verifier
	flights flights[*securetokenv1.ValidateTokenResponse]
	now     func() time.Time

	audience string // empty: any token passes

	onFault   func(context.Context, error)
	onRefusal func(http.ResponseWriter, *http.Request, *Refusal)
	onError   func(context.Context, *Refusal) error
	extract   func(*http.Request) string
}

// NewGuard makes a guard that asks the client's token service.
func NewGuard(client *Client, options ...GuardOption) (*Guard, error) {
	if client == nil {
		return nil, errors.New("securetoken: a guard needs a client")
	}
	audience, err := client.requiredAudience()
	if err != nil {
		return nil, fmt.Errorf("securetoken: %w", err)
	}
	guard := &Guard{client: client, audience: audience, onFault: func(context.Context, error) {}, onHit: func() {}, now: time.Now}
	for _, option := range options {
		if err := option(guard); err != nil {
			return nil, fmt.Errorf("securetoken: %w", err)
		}
	}
	switch {
	case guard.cache != nil && (guard.watch != nil || guard.watcher != nil):
		return nil, errors.New("securetoken: WithCache excludes WithWatch and WithVerifier, which keep answers themselves")
	case guard.watch != nil && guard.watcher != nil:
		return nil, errors.New("securetoken: WithWatch and WithVerifier exclude each other")
	case guard.watch != nil:
		verifier, err := NewVerifier(client, *guard.watch...)
		if err != nil {
			return nil, err
		}
		guard.watcher = verifier
	}
	return guard, nil
}

// Verifier is what the guard checks tokens by, or nil without WithWatch and WithVerifier.
func (g *Guard) Verifier() *Verifier {
	return g.watcher
}

// Close ends the verifier of [WithWatch]. The guard goes on, and asks about every token. A guard without
// one needs no Close.
func (g *Guard) Close() {
	if g.watch != nil {
		g.watcher.Close()
	}
}

// Ready reports whether the guard can check tokens at present: the service is reached, and lets this
// client call ValidateToken.
func (g *Guard) Ready(ctx context.Context) error {
	_, err := g.client.ValidateToken(ctx, "")
	if errors.Is(err, ErrToken) { // the service has looked at the token, which is empty
		return nil
	}
	return err
}

// admit gives the context of a request that may pass. The token and the reason why there is none come
// from the request.
func (g *Guard) admit(
	ctx context.Context, requirement Requirement, token string, reason RefusalReason,
) (context.Context, *Refusal) {
	switch {
	case requirement.kind == requireOpen:
		return ctx, nil
	case requirement.kind == requireOptional && reason == RefusalTokenMissing:
		return ctx, nil
	case reason != "":
		return nil, refuse(reason)
	}
	valid, err := g.validate(ctx, token)
	switch {
	case errors.Is(err, ErrTokenExpired):
		return nil, refuse(RefusalTokenExpired)
	case errors.Is(err, ErrToken):
		return nil, refuse(RefusalTokenInvalid)
	case err != nil:
		if !errors.Is(ctx.Err(), context.Canceled) { // else nobody waits any more
			g.onFault(ctx, err)
		}
		return nil, refuse(RefusalUnavailable)
	case !valid.isFor(g.audience):
		if g.watcher != nil {
			g.watcher.tally.refuse(ReasonAudienceMismatch)
		}
		return nil, refuse(RefusalTokenInvalid)
	case !requirement.isMetBy(&valid.Claims):
		if g.watcher != nil {
			g.watcher.tally.refuse(ReasonPermissionNotGranted)
		}
		return nil, refuse(RefusalPermissionMissing, requirement.permissions...)
	}
	return contextWithPrincipal(ctx, &valid.Claims, token), nil
}

// validate makes claims of its own for every request, so that handlers share nothing.
func (g *Guard) validate(ctx context.Context, token string) (*ValidToken, error) {
	if g.watcher != nil {
		return g.watcher.Verify(ctx, token)
	}
	key, asked := sha256.Sum256([]byte(token)), g.now()
	if kept, age := g.cache.get(key, asked); kept != nil {
		g.onHit()
		valid, err := toValidToken(kept)
		if err == nil {
			valid.TimeRemaining -= age
		}
		return valid, err
	}
	response, err := g.flights.join(ctx, key, func(ctx context.Context) (*securetokenv1.ValidateTokenResponse, error) {
		return g.ask(ctx, token, key, asked)
	})
	if err != nil {
		return nil, FromError(err)
	}
	return toValidToken(response)
}

// ask asks with the client's own credential: what the request's context would send along is not for the
// token service.
func (g *Guard) ask(
	ctx context.Context, token string, key digest, asked time.Time,
) (*securetokenv1.ValidateTokenResponse, error) {
	ctx = withoutWaitingForRate(withoutCredential(metadata.NewOutgoingContext(ctx, metadata.MD{})))
	ctx, cancel := context.WithTimeout(ctx, g.client.timeout)
	defer cancel()
	response, err := g.client.raw.ValidateToken(ctx, &securetokenv1.ValidateTokenRequest{Token: token})
	if err != nil {
		return nil, err
	}
	valid, err := toValidToken(response)
	if err != nil {
		return nil, err
	}
	g.cache.put(key, response, asked, valid.TimeRemaining)
	return response, nil
}
