package securetoken

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/metadata"
)

const authorization = "authorization"

// maxAnswerBytes leaves room for a batch of 1,000 tokens, each with all the data it may carry.
const maxAnswerBytes = 16 << 20

const (
	// maxTimeout is the longest deadline that a server takes.
	maxTimeout = time.Minute
	// maxSentTimeout leaves room for clocks and rounding on the way.
	maxSentTimeout = maxTimeout - 100*time.Millisecond
)

// connectParams bound how long a client stays away from a server that is back: an attempt ends after 2
// seconds, and the next begins at most 1.2 seconds later. gRPC's own backoff grows to 2 minutes.
var connectParams = grpc.ConnectParams{
	Backoff:           backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.6, Jitter: 0.2, MaxDelay: time.Second},
	MinConnectTimeout: 2 * time.Second,
}

const serviceConfig = `{"loadBalancingConfig": [{"` + balancerName + `": {}}]}`

func (c *config) dialOptions() []grpc.DialOption {
	options := []grpc.DialOption{
		grpc.WithTransportCredentials(c.credentials()),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDisableServiceConfig(), // how to balance and retry is said here, not in DNS
		grpc.WithConnectParams(connectParams),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{
			// Only while calls are under way; servers take more frequent pings for a flood.
			Time:    time.Minute,
			Timeout: 10 * time.Second,
		}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxAnswerBytes)),
		grpc.WithChainUnaryInterceptor(c.interceptCall),
		grpc.WithChainStreamInterceptor(c.interceptStream),
	}
	if c.isLocal {
		// A proxy of the environment would read what is to stay on this machine.
		options = append(options, grpc.WithNoProxy())
	}
	return append(options, c.dial...)
}

// interceptCall gives every call, those of the raw client too, a deadline, the API key, and further
// tries.
func (c *config) interceptCall(
	ctx context.Context, method string, request, reply any,
	conn *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	ctx, cancel := c.withDeadline(ctx)
	defer cancel()
	began := time.Now()
	err := c.callUntilDeadline(ctx, method, func(ctx context.Context, more ...grpc.CallOption) error {
		return invoke(ctx, method, request, reply, conn, append(options[:len(options):len(options)], more...)...)
	})
	c.tellCall(method, began, err)
	return err
}

// interceptStream gives a stream of the raw client the API key. A stream has the deadline of its context.
func (c *config) interceptStream(
	ctx context.Context, description *grpc.StreamDesc, conn *grpc.ClientConn, method string,
	open grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	key, err := c.credential(ctx, true) // streams are opened seldom: each gets the latest key
	if err != nil {
		return nil, err
	}
	return open(withAuthorization(ctx, key), description, conn, method, options...)
}

// withDeadline gives a context a deadline that the server takes: the client's timeout, or the context's
// own, capped.
func (c *config) withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	switch {
	case !ok:
		return context.WithTimeout(ctx, min(c.timeout, maxSentTimeout))
	case time.Until(deadline) > maxSentTimeout:
		return context.WithTimeout(ctx, maxSentTimeout)
	default:
		return ctx, func() {}
	}
}

// credential is what a call proves itself with; empty for none.
func (c *config) credential(ctx context.Context, renewed bool) (string, error) {
	if own, ok := credentialIn(ctx); ok {
		return own, checkKey(own)
	}
	if c.keys == nil {
		return "", nil
	}
	return c.keys.key(ctx, renewed)
}

// explainRefusal says with a refusal of the client's own credential what is wrong with its source.
func (c *config) explainRefusal(ctx context.Context, refusal error) error {
	file, isFile := c.keys.(*keyFile)
	if _, isOther := credentialIn(ctx); isOther || !isFile {
		return refusal
	}
	return file.explain(refusal)
}

// withAuthorization replaces what stands as authorization in the outgoing context: a token that is
// forwarded to the next service must not take the place of this client's own credential.
func withAuthorization(ctx context.Context, key string) context.Context {
	sent, ok := metadata.FromOutgoingContext(ctx) // a copy
	if !ok && key == "" {
		return ctx
	}
	if !ok {
		sent = metadata.MD{}
	}
	sent.Delete(authorization)
	if key != "" {
		sent.Set(authorization, "Bearer "+key)
	}
	return metadata.NewOutgoingContext(ctx, sent)
}
