package securetoken

import (
	"context"
	"errors"
	"net/http"
	"time"
)

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

// WithCacheHitHook is told of each token that [WithCache] spared a call, for metrics. It must be quick, and safe
// for concurrent use. A [Verifier] has hooks of its own.
func WithCacheHitHook(hook func()) GuardOption {
	return func(g *Guard) error {
		if hook == nil {
			return errors.New("the cache hit hook is nil")
		}
		g.onHit = hook
		return nil
	}
}

// WithWatch makes the guard check tokens by a [Verifier] of its own: without a call for tokens that it has
// seen, and with every revocation within about a second. It ends with [Guard.Close], or with the client.
func WithWatch(options ...VerifierOption) GuardOption {
	return func(g *Guard) error {
		g.watch = &options
		return nil
	}
}

// WithVerifier makes the guard check tokens by a verifier that others share. Its maker closes it.
func WithVerifier(verifier *Verifier) GuardOption {
	return func(g *Guard) error {
		if verifier == nil {
			return errors.New("the verifier is nil")
		}
		g.watcher = verifier
		return nil
	}
}

// WithAudience makes the guard refuse, as not valid, tokens that are not meant for this service: those whose
// audiences do not hold the name, compared exactly, and those without any. Without it any token passes.
func WithAudience(audience string) GuardOption {
	return func(g *Guard) error {
		g.audience = audience
		return checkAudienceName(audience)
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
