package securetoken

import "context"

type claimsKey struct{}

// ClaimsFromContext gives the claims of the token that a [Guard] let pass, to a handler behind it.
func ClaimsFromContext(ctx context.Context) (*Claims, bool) {
	claims, ok := ctx.Value(claimsKey{}).(*Claims)
	return claims, ok
}

// ContextWithClaims is a context as a [Guard] hands it on, for tests of the handlers behind it.
func ContextWithClaims(ctx context.Context, claims *Claims) context.Context {
	return context.WithValue(ctx, claimsKey{}, claims)
}
