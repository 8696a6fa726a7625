package securetoken

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"google.golang.org/grpc/metadata"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// Guard lets a request pass when it presents a valid bearer token with the permissions that are
// required, and puts the token's claims into its context; see [ClaimsFromContext]. What it refuses
// reaches no handler: 401 or UNAUTHENTICATED without a valid token, 403 or PERMISSION_DENIED without the
// permissions, 503 or UNAVAILABLE when the token service cannot say.
//
// A token is checked when a request begins; one that expires during a long stream does not end it.
type Guard struct {
	client  *Client
	cache   *cache
	onFault func(context.Context, error)
	now     func() time.Time
}

// GuardOption sets up a [Guard].
type GuardOption func(*Guard)

// WithCache keeps valid answers for a few seconds, a minute at most and never beyond a token's expiry,
// by the SHA-256 of the token; beyond size, the oldest are dropped. A token revoked meanwhile passes
// until then. Refusals are never kept.
func WithCache(ttl time.Duration, size int) GuardOption {
	return func(g *Guard) { g.cache = newCache(ttl, size) }
}

// WithFaultHandler is told why the token service could not say, such as a refusal of this client's own
// API key; whoever sent the request never is.
func WithFaultHandler(handle func(context.Context, error)) GuardOption {
	return func(g *Guard) { g.onFault = handle }
}

// NewGuard makes a guard that asks the client's token service.
func NewGuard(client *Client, options ...GuardOption) *Guard {
	guard := &Guard{client: client, onFault: func(context.Context, error) {}, now: time.Now}
	for _, option := range options {
		option(guard)
	}
	return guard
}

// admit is the claims of the token in the authorization headers, if the request may pass.
func (g *Guard) admit(ctx context.Context, headers, permissions []string) (*Claims, *refusal) {
	token, refused := bearerToken(headers)
	if refused != nil {
		return nil, refused
	}
	valid, err := g.validate(ctx, token)
	switch {
	case errors.Is(err, ErrToken):
		return nil, refuseInvalidToken
	case err != nil:
		if ctx.Err() == nil || !errors.Is(ctx.Err(), context.Canceled) { // else nobody waits any more
			g.onFault(ctx, err)
		}
		return nil, refuseUnavailable
	}
	for _, permission := range permissions {
		if !valid.HasPermission(permission) {
			return nil, refusePermission
		}
	}
	return &valid.Claims, nil
}

// validate makes claims of its own for every request, so that handlers share nothing.
func (g *Guard) validate(ctx context.Context, token string) (*ValidToken, error) {
	key, asked := sha256.Sum256([]byte(token)), g.now()
	if kept := g.cache.get(key, asked); kept != nil {
		return toValidToken(kept)
	}
	// What the request's own context would send along is not for the token service.
	ctx = metadata.NewOutgoingContext(ctx, metadata.MD{})
	response, err := g.client.raw.ValidateToken(ctx, &securetokenv1.ValidateTokenRequest{Token: token})
	if err != nil {
		return nil, FromError(err)
	}
	valid, err := toValidToken(response)
	if err == nil {
		g.cache.put(key, response, asked, valid.TimeRemaining)
	}
	return valid, err
}
