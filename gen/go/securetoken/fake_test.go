package securetoken_test

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

// issued and expires are the times of every token of the fake.
var (
	issued  = time.Date(2030, 1, 2, 3, 4, 5, 678901000, time.UTC)
	expires = issued.Add(time.Hour)
)

// fakeService is a token service whose answers are the test's to give.
type fakeService struct {
	// answer is called for every RPC; it gives the response or the error.
	answer func(ctx context.Context, method string, request proto.Message) (proto.Message, error)
	calls  atomic.Int32
}

// start serves on a free port of this machine until the test ends.
func (f *fakeService) start(t *testing.T, options ...grpc.ServerOption) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(append(options, grpc.UnaryInterceptor(f.intercept))...)
	securetokenv1.RegisterTokenServiceServer(server, securetokenv1.UnimplementedTokenServiceServer{})
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	return listener.Addr().String()
}

// intercept answers in place of the service, so that one function can stand for nine.
func (f *fakeService) intercept(
	ctx context.Context, request any, info *grpc.UnaryServerInfo, _ grpc.UnaryHandler,
) (any, error) {
	f.calls.Add(1)
	return f.answer(ctx, info.FullMethod, request.(proto.Message))
}

// newClient is a plaintext client of the fake.
func (f *fakeService) newClient(t *testing.T, options ...securetoken.Option) *securetoken.Client {
	t.Helper()
	return connect(t, f.start(t), append(options, securetoken.WithInsecure())...)
}

func connect(t *testing.T, address string, options ...securetoken.Option) *securetoken.Client {
	t.Helper()
	client, err := securetoken.New(address, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

// answering is a fake that always says the same.
func answering(response proto.Message, err error) *fakeService {
	return &fakeService{answer: func(context.Context, string, proto.Message) (proto.Message, error) {
		return response, err
	}}
}

// knowing is a fake to which the given tokens are valid and all others malformed.
func knowing(tokens map[string][]string) *fakeService {
	return &fakeService{answer: func(_ context.Context, _ string, request proto.Message) (proto.Message, error) {
		permissions, ok := tokens[request.(*securetokenv1.ValidateTokenRequest).GetToken()]
		if !ok {
			return nil, invalidToken
		}
		return validResponse(permissions...), nil
	}}
}

func validResponse(permissions ...string) *securetokenv1.ValidateTokenResponse {
	return &securetokenv1.ValidateTokenResponse{
		Valid:         true,
		TokenId:       "id-1",
		UserId:        "user-1",
		Permissions:   permissions,
		IssuedAt:      timestamppb.New(issued),
		ExpiresAt:     timestamppb.New(expires),
		TimeRemaining: durationpb.New(time.Hour),
	}
}

var invalidToken = failure(codes.Unauthenticated, "Token format is invalid",
	&securetokenv1.TokenErrorDetail{
		Kind:   securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_INVALID_TOKEN,
		Reason: securetokenv1.ErrorReason_ERROR_REASON_TOKEN_MALFORMED,
		Field:  "token",
	})

// failure is a status with details.
func failure(code codes.Code, message string, details ...proto.Message) error {
	adapted := make([]protoadapt.MessageV1, len(details))
	for i, detail := range details {
		adapted[i] = protoadapt.MessageV1Of(detail)
	}
	st, err := status.New(code, message).WithDetails(adapted...)
	if err != nil {
		panic(err)
	}
	return st.Err()
}

func errorInfo(reason string, metadata map[string]string) *errdetails.ErrorInfo {
	return &errdetails.ErrorInfo{Reason: "ERROR_REASON_" + reason, Domain: "securetoken.v1", Metadata: metadata}
}

func sentAuthorization(ctx context.Context) []string {
	incoming, _ := metadata.FromIncomingContext(ctx)
	return incoming.Get("authorization")
}
