package securetoken

import "context"

type (
	claimsKey struct{}
	tokenKey  struct{}
)

// ClaimsFromContext gives the claims of the token that a [Guard] let pass, to a handler behind it. There
// are none where the requirement is Public, or Optional and the request presents no token.
func ClaimsFromContext(ctx context.Context) (*Claims, bool) {
	claims, ok := ctx.Value(claimsKey{}).(*Claims)
	return claims, ok
}

// ContextWithClaims is a context as a [Guard] hands it on, for tests of the handlers behind it.
func ContextWithClaims(ctx context.Context, claims *Claims) context.Context {
	return context.WithValue(ctx, claimsKey{}, claims)
}

// TokenFromContext gives the token that a [Guard] let pass: a credential, to be forwarded and never
// logged. See [ForwardToken].
func TokenFromContext(ctx context.Context) (string, bool) {
	token, ok := ctx.Value(tokenKey{}).(string)
	return token, ok
}

// ContextWithToken is a context as a [Guard] hands it on, for tests, and for programs that check tokens
// themselves.
func ContextWithToken(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, tokenKey{}, token)
}

func contextWithPrincipal(ctx context.Context, claims *Claims, token string) context.Context {
	return ContextWithToken(ContextWithClaims(ctx, claims), token)
}
