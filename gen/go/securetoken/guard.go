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
// whatever the deadline of the request.
type Guard struct {
	client  *Client
	cache   *cache
	flights flights
	now     func() time.Time

	onFault   func(context.Context, error)
	onRefusal func(http.ResponseWriter, *http.Request, *Refusal)
	onError   func(context.Context, *Refusal) error
	extract   func(*http.Request) string
}

// GuardOption sets up a [Guard].
type GuardOption func(*Guard) error

// WithCache keeps valid answers for a few seconds, a minute at most and never beyond a token's expiry,
// by the SHA-256 of the token; beyond size, the oldest are dropped. A token revoked meanwhile passes
// until then. Refusals are never kept. A ttl or size of zero keeps nothing; both must not be negative.
func WithCache(ttl time.Duration, size int) GuardOption {
	return func(g *Guard) error {
		if ttl < 0 || size < 0 {
			return errors.New("the cache's time and size must not be negative")
		}
		g.cache = newCache(ttl, size)
		return nil
	}
}

// WithFaultHandler is told why a token could not be checked, such as a refusal of this client's own API
// key, and of requests that no rule names ([ErrNoRule]); whoever sent the request never is.
func WithFaultHandler(handle func(context.Context, error)) GuardOption {
	return func(g *Guard) error {
		if handle == nil {
			return errors.New("the fault handler is nil")
		}
		g.onFault = handle
		return nil
	}
}

// WithRefusalHandler answers refused HTTP requests in place of [Refusal.WriteHTTP]. If it panics before
// it has written anything, the fixed answer is sent.
func WithRefusalHandler(handle func(http.ResponseWriter, *http.Request, *Refusal)) GuardOption {
	return func(g *Guard) error {
		if handle == nil {
			return errors.New("the refusal handler is nil")
		}
		g.onRefusal = handle
		return nil
	}
}

// WithRefusalError gives the error of refused gRPC calls in place of [Refusal.GRPCStatus]. If it panics,
// or gives nil, the fixed status is sent.
func WithRefusalError(handle func(context.Context, *Refusal) error) GuardOption {
	return func(g *Guard) error {
		if handle == nil {
			return errors.New("the refusal error is nil")
		}
		g.onError = handle
		return nil
	}
}

// WithTokenExtractor finds the token of an HTTP request elsewhere than in its authorization header, such
// as in a cookie; empty is no token. Beware of cross-site requests where browsers send it by themselves.
func WithTokenExtractor(extract func(*http.Request) string) GuardOption {
	return func(g *Guard) error {
		if extract == nil {
			return errors.New("the token extractor is nil")
		}
		g.extract = extract
		return nil
	}
}

// NewGuard makes a guard that asks the client's token service.
func NewGuard(client *Client, options ...GuardOption) (*Guard, error) {
	if client == nil {
		return nil, errors.New("securetoken: a guard needs a client")
	}
	guard := &Guard{client: client, onFault: func(context.Context, error) {}, now: time.Now}
	for _, option := range options {
		if err := option(guard); err != nil {
			return nil, fmt.Errorf("securetoken: %w", err)
		}
	}
	return guard, nil
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
	case !requirement.isMetBy(&valid.Claims):
		return nil, refuse(RefusalPermissionMissing, requirement.permissions...)
	}
	return contextWithPrincipal(ctx, &valid.Claims, token), nil
}

// validate makes claims of its own for every request, so that handlers share nothing.
func (g *Guard) validate(ctx context.Context, token string) (*ValidToken, error) {
	key, asked := sha256.Sum256([]byte(token)), g.now()
	if kept, age := g.cache.get(key, asked); kept != nil {
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
	ctx = withoutCredential(metadata.NewOutgoingContext(ctx, metadata.MD{}))
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
