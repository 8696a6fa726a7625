package securetoken

import (
	"context"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/status"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// Ready connects, and reports whether the service is reached and calls itself SERVING. It has the deadline
// of every call, and tries again until then: a program that must not start before the token service can
// wait with it. It needs no credential, so it says nothing about this client's own; see [Guard.Ready].
func (c *Client) Ready(ctx context.Context) error {
	response, err := healthpb.NewHealthClient(c.conn).Check(ctx, &healthpb.HealthCheckRequest{
		Service: securetokenv1.TokenService_ServiceDesc.ServiceName,
	})
	if err != nil {
		return FromError(err)
	}
	if response.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		return toCallError(status.New(codes.Unavailable, "the service is "+response.GetStatus().String()))
	}
	return nil
}
