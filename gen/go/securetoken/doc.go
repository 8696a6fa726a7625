// Package securetoken is the client of a Secure Token service, and the middleware that protects Go
// servers with its tokens.
//
// A [Client] issues, checks and describes tokens. What is wrong with a token or a request is one of
// four errors, told apart with [errors.Is]:
//
//	claims, err := client.ValidateToken(ctx, token)
//	switch {
//	case errors.Is(err, securetoken.ErrTokenExpired): // authentic, and too old
//	case errors.Is(err, securetoken.ErrInvalidToken): // malformed, not authentic, or revoked
//	case errors.Is(err, securetoken.ErrToken): // any other refusal
//	case err != nil: // transport, deadline, or this client's own credential: no fact about the token
//	}
//
// [errors.As] with a [*TokenError] gives the facts. Every other error of a call is gRPC's, to be read
// with [google.golang.org/grpc/status].
//
// A [Guard] makes net/http middleware and gRPC server interceptors of a client. They let a request
// pass when it presents a valid token with the required permissions, and put the token's [Claims] into
// its context.
package securetoken
