package securetoken

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

const authorization = "authorization"

// maxAnswerBytes leaves room for a batch of 1,000 tokens, each with all the data it may carry.
const maxAnswerBytes = 16 << 20

// serviceConfig balances over every address that a name resolves to, and says what gRPC may try again:
// everything but RefreshToken, whose second try would find the old token revoked when only the first
// answer was lost. A token that GenerateToken issues twice is held once: nobody has the other.
const serviceConfig = `{
	"loadBalancingConfig": [{"round_robin": {}}],
	"methodConfig": [
		{
			"name": [{"service": "securetoken.v1.TokenService"}],
			"retryPolicy": {
				"maxAttempts": 3,
				"initialBackoff": "0.05s",
				"maxBackoff": "0.5s",
				"backoffMultiplier": 2,
				"retryableStatusCodes": ["UNAVAILABLE"]
			}
		},
		{"name": [{"service": "securetoken.v1.TokenService", "method": "RefreshToken"}]}
	]
}`

func (c *config) dialOptions() []grpc.DialOption {
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(c.credentials()),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(), // how to retry is said here, not in DNS
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			// Only while calls are under way; servers take more frequent pings for a flood.
			Time:    time.Minute,
			Timeout: 10 * time.Second,
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswerBytes)),
		grpc.WithChainUnaryInterceptor(c.prepareCall),
	}
	return append(options, c.dial...)
}

// prepareCall gives every call, those of the raw client too, a deadline and the API key.
func (c *config) prepareCall(
	ctx context.Context, method string, request, reply any,
	conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	if outgoing, _ := metadata.FromOutgoingContext(ctx); c.apiKey != "" && len(outgoing.Get(authorization)) == 0 {
		ctx = metadata.AppendToOutgoingContext(ctx, authorization, "Bearer "+c.apiKey)
	}
	return invoke(ctx, method, request, reply, conn, options...)
}
