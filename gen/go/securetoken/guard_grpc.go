package securetoken

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// Policy says what each method of a gRPC server requires. A key is a full method, "/notes.v1.Notes/List",
// or a service with a slash at its end, "/notes.v1.Notes/", for those of its methods that have no key.
// A method that is not in it is refused: PERMISSION_DENIED.
type Policy map[string]Requirement

// Requirement is what a call must present. The zero value is any valid token.
type Requirement struct {
	public      bool
	permissions []string
}

// Require is a valid token with all of the permissions.
func Require(permissions ...string) Requirement {
	return Requirement{permissions: permissions}
}

// Public is nothing: for health checks and the like.
func Public() Requirement {
	return Requirement{public: true}
}

// UnaryInterceptor applies the policy to the unary calls of a gRPC server.
func (g *Guard) UnaryInterceptor(policy Policy) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (any, error) {
		ctx, err := g.admitCall(ctx, policy, info.FullMethod)
		if err != nil {
			return nil, err
		}
		return handle(ctx, request)
	}
}

// StreamInterceptor applies the policy to the streams of a gRPC server.
func (g *Guard) StreamInterceptor(policy Policy) grpc.StreamServerInterceptor {
	return func(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) error {
		ctx, err := g.admitCall(stream.Context(), policy, info.FullMethod)
		if err != nil {
			return err
		}
		return handle(server, &guardedStream{ServerStream: stream, ctx: ctx})
	}
}

func (g *Guard) admitCall(ctx context.Context, policy Policy, method string) (context.Context, error) {
	requirement, ok := policy.of(method)
	if !ok {
		return nil, refusePermission.grpcError()
	}
	if requirement.public {
		return ctx, nil
	}
	incoming, _ := metadata.FromIncomingContext(ctx)
	claims, refused := g.admit(ctx, incoming.Get(authorization), requirement.permissions)
	if refused != nil {
		return nil, refused.grpcError()
	}
	return ContextWithClaims(ctx, claims), nil
}

func (p Policy) of(method string) (Requirement, bool) {
	requirement, ok := p[method]
	if !ok {
		requirement, ok = p[method[:strings.LastIndexByte(method, '/')+1]]
	}
	return requirement, ok
}

type guardedStream struct {
	grpc.ServerStream
	ctx context.Context
}

func (s *guardedStream) Context() context.Context {
	return s.ctx
}
