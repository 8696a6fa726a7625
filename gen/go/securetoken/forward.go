package securetoken

import (
	"context"
	"net/http"

	"google.golang.org/grpc"
)

// ForwardToken is a context for gRPC calls to another service, which present the user's token that a
// [Guard] let pass. Without a token it is the context itself. A [Client] of the token service pays no
// heed to it: it calls with its own credential.
func ForwardToken(ctx context.Context) context.Context {
	token, ok := TokenFromContext(ctx)
	if !ok {
		return ctx
	}
	return withAuthorization(ctx, token)
}

// ForwardTokenUnary forwards the user's token with every unary call of a connection to another service:
// grpc.WithChainUnaryInterceptor(securetoken.ForwardTokenUnary).
func ForwardTokenUnary(
	ctx context.Context, method string, request, reply any,
	conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	return invoke(ForwardToken(ctx), method, request, reply, conn, options...)
}

// ForwardTokenStream is ForwardTokenUnary for streams.
func ForwardTokenStream(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string,
	open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	return open(ForwardToken(ctx), description, conn, method, options...)
}

// ForwardTokenHTTP makes an HTTP request to another service present the user's token that the request's
// context holds, in place of another authorization. It reports whether there is one.
func ForwardTokenHTTP(request *http.Request) bool {
	token, ok := TokenFromContext(request.Context())
	if ok {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return ok
}
