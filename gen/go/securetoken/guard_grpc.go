package securetoken

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// Interceptors apply a [Policy] to the calls of a gRPC server; see [Guard.GRPC].
type Interceptors struct {
	guard  *Guard
	policy Policy
}

// GRPC makes interceptors of a policy. The policy is copied; one that is empty, has a malformed name or
// an empty requirement is an error.
func (g *Guard) GRPC(policy Policy) (*Interceptors, error) {
	copied, err := parsePolicy(policy)
	if err != nil {
		return nil, fmt.Errorf("securetoken: %w", err)
	}
	return &Interceptors{guard: g, policy: copied}, nil
}

// Options chains both interceptors into a server: grpc.NewServer(interceptors.Options()...).
func (i *Interceptors) Options() []grpc.ServerOption {
	return []grpc.ServerOption{grpc.ChainUnaryInterceptor(i.Unary), grpc.ChainStreamInterceptor(i.Stream)}
}

// Check holds the policy against the services of a server, once they are registered: a rule for a
// service or a method that does not exist is an error.
func (i *Interceptors) Check(server interface {
	GetServiceInfo() map[string]grpc.ServiceInfo
}) error {
	if err := i.policy.checkAgainst(server.GetServiceInfo()); err != nil {
		return fmt.Errorf("securetoken: %w", err)
	}
	return nil
}

// Unary is a [grpc.UnaryServerInterceptor].
func (i *Interceptors) Unary(
	ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler,
) (any, error) {
	admitted, refused := i.admit(ctx, info.FullMethod)
	if refused != nil {
		grpc.SetTrailer(ctx, challengeOf(refused))
		return nil, i.guard.errorOf(ctx, refused)
	}
	return handle(admitted, request)
}

// Stream is a [grpc.StreamServerInterceptor].
func (i *Interceptors) Stream(
	server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler,
) error {
	admitted, refused := i.admit(stream.Context(), info.FullMethod)
	if refused != nil {
		stream.SetTrailer(challengeOf(refused))
		return i.guard.errorOf(stream.Context(), refused)
	}
	return handle(server, &guardedStream{ServerStream: stream, ctx: admitted})
}

func (i *Interceptors) admit(ctx context.Context, method string) (context.Context, *Refusal) {
	requirement, ok := i.policy.of(method)
	if !ok {
		i.guard.onFault(ctx, fmt.Errorf("%w: %s", ErrNoRule, method))
		return nil, refuse(RefusalPermissionMissing)
	}
	incoming, _ := metadata.FromIncomingContext(ctx)
	token, reason := bearerToken(incoming.Get(authorization))
	return i.guard.admit(ctx, requirement, token, reason)
}

// challengeOf is the challenge of HTTP as trailing metadata.
func challengeOf(refused *Refusal) metadata.MD {
	if refused.Challenge == "" {
		return nil
	}
	return metadata.Pairs("www-authenticate", refused.Challenge)
}

// errorOf asks the program for the error of a refused call, if it wants to be asked.
func (g *Guard) errorOf(ctx context.Context, refused *Refusal) (err error) {
	fixed := refused.GRPCStatus().Err()
	if g.onError == nil {
		return fixed
	}
	defer func() {
		if recover() != nil || err == nil {
			err = fixed
		}
	}()
	return g.onError(ctx, refused)
}

type guardedStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *guardedStream) Context() context.Context {
	return s.ctx
}
