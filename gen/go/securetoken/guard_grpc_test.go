package securetoken_test

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"securetoken.dev/go/securetoken"
)

var anyToken = securetoken.AnyValidToken()

const (
	checkMethod = "/grpc.health.v1.Health/Check"
	watchMethod = "/grpc.health.v1.Health/Watch"
	wholeHealth = "/grpc.health.v1.Health/"
)

// observedHealth is gRPC's own health service, which has a unary method and a stream; it notes the
// claims that it finds.
type observedHealth struct {
	healthpb.HealthServer
	user string
}

func (h *observedHealth) Check(ctx context.Context, request *healthpb.HealthCheckRequest) (*healthpb.HealthCheckResponse, error) {
	h.note(ctx)
	return h.HealthServer.Check(ctx, request)
}

func (h *observedHealth) Watch(request *healthpb.HealthCheckRequest, stream healthpb.Health_WatchServer) error {
	h.note(stream.Context())
	return h.HealthServer.Watch(request, stream)
}

func (h *observedHealth) note(ctx context.Context) {
	if claims, ok := securetoken.ClaimsFromContext(ctx); ok {
		h.user = claims.UserID
	}
}

// guarded is a client of a health service behind a guard, and that service.
func guarded(
	t *testing.T, fake *fakeService, policy securetoken.Policy, options ...securetoken.GuardOption,
) (healthpb.HealthClient, *observedHealth) {
	t.Helper()
	return guardedBy(t, newGuard(t, fake.newClient(t, securetoken.WithTimeout(300*time.Millisecond)), options...), policy)
}

func guardedBy(t *testing.T, guard *securetoken.Guard, policy securetoken.Policy) (healthpb.HealthClient, *observedHealth) {
	t.Helper()
	interceptors, err := guard.GRPC(policy)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(interceptors.Options()...)
	observed := &observedHealth{HealthServer: health.NewServer()}
	healthpb.RegisterHealthServer(server, observed)
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	conn, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return healthpb.NewHealthClient(conn), observed
}

func TestWhoPassesOverGRPC(t *testing.T) {
	fake := knowing(map[string][]string{"reader": {"read"}, "nobody": nil})
	for name, it := range map[string]struct {
		policy securetoken.Policy
		token  string
		want   codes.Code
	}{
		"any valid token":        {securetoken.Policy{checkMethod: anyToken, watchMethod: anyToken}, "nobody", codes.OK},
		"the permission":         {securetoken.Policy{wholeHealth: securetoken.Require("read")}, "reader", codes.OK},
		"the permission missing": {securetoken.Policy{wholeHealth: securetoken.Require("read")}, "nobody", codes.PermissionDenied},
		"an invalid token":       {securetoken.Policy{wholeHealth: anyToken}, "forged", codes.Unauthenticated},
		"no token":               {securetoken.Policy{wholeHealth: anyToken}, "", codes.Unauthenticated},
		"public, no token":       {securetoken.Policy{wholeHealth: securetoken.Public()}, "", codes.OK},
		"a method before its service": {
			securetoken.Policy{wholeHealth: securetoken.Public(), checkMethod: anyToken, watchMethod: anyToken}, "", codes.Unauthenticated,
		},
		"not in the policy":   {securetoken.Policy{"/other.Service/": securetoken.Public()}, "reader", codes.PermissionDenied},
		"one of two":          {securetoken.Policy{wholeHealth: securetoken.AnyOf("write", "read")}, "reader", codes.OK},
		"none of two":         {securetoken.Policy{wholeHealth: securetoken.AnyOf("write", "read")}, "nobody", codes.PermissionDenied},
		"optional, no token":  {securetoken.Policy{wholeHealth: securetoken.Optional()}, "", codes.OK},
		"optional, a token":   {securetoken.Policy{wholeHealth: securetoken.Optional()}, "nobody", codes.OK},
		"optional, a bad one": {securetoken.Policy{wholeHealth: securetoken.Optional()}, "forged", codes.Unauthenticated},
	} {
		t.Run(name, func(t *testing.T) {
			client, observed := guarded(t, fake, it.policy)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			defer cancel()
			if it.token != "" {
				ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+it.token)
			}
			wantUser := ""
			if it.want == codes.OK && it.token != "" {
				wantUser = "user-1"
			}
			_, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
			if status.Code(err) != it.want || observed.user != wantUser {
				t.Errorf("unary: got %v for user %q", err, observed.user)
			}
			observed.user = ""
			stream, err := client.Watch(ctx, &healthpb.HealthCheckRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			if status.Code(err) != it.want || observed.user != wantUser {
				t.Errorf("stream: got %v for user %q", err, observed.user)
			}
		})
	}
}

func TestARefusalOverGRPCTellsNothing(t *testing.T) {
	for name, it := range map[string]struct {
		err  error
		want error
	}{
		"an expired token": {
			failure(codes.Unauthenticated, "secret detail", detail(2)),
			status.Error(codes.Unauthenticated, "the bearer token has expired"),
		},
		"the token service is down": {
			status.Error(codes.Unavailable, "secret detail"),
			status.Error(codes.Unavailable, "tokens cannot be checked at present"),
		},
		"our own key is refused": {
			status.Error(codes.Unauthenticated, "secret detail"),
			status.Error(codes.Unavailable, "tokens cannot be checked at present"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := guarded(t, answering(nil, it.err), securetoken.Policy{wholeHealth: anyToken})
			ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Bearer any")
			_, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
			if !proto.Equal(status.Convert(err).Proto(), status.Convert(it.want).Proto()) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTheGuardCallsByItsOwnCredentialAlone(t *testing.T) {
	var sent []string
	fake := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		sent = sentAuthorization(ctx)
		return validResponse(), nil
	}}
	interceptors, err := newGuard(t, fake.newClient(t, securetoken.WithAPIKey("guard-key"))).GRPC(
		securetoken.Policy{checkMethod: anyToken})
	if err != nil {
		t.Fatal(err)
	}
	ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", "Bearer any"))
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer of another call")
	info := &grpc.UnaryServerInfo{FullMethod: checkMethod}
	ctx = securetoken.ContextWithCredential(ctx, "of-another-call")
	_, err = interceptors.Unary(ctx, nil, info,
		func(context.Context, any) (any, error) { return nil, nil })
	if err != nil || len(sent) != 1 || sent[0] != "Bearer guard-key" {
		t.Errorf("sent %v, %v", sent, err)
	}
}
