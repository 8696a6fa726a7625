package securetoken_test

import (
	"context"
	"crypto/sha256"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

// scriptedFeed is a token service whose feed says what a test sends. To it, every token is valid that
// begins with "good"; its token id is "id-" and the token, and user and session are named by the test.
type scriptedFeed struct {
	securetokenv1.UnimplementedTokenServiceServer
	events  chan any                      // a response, or an error that ends the stream: for the newest stream
	newest  atomic.Pointer[chan struct{}] // closed when another one takes its place
	cursors chan string
	hold    atomic.Pointer[chan struct{}] // answers wait for it
	fail    atomic.Pointer[error]         // what unary calls end with
	singles atomic.Int32
	batches atomic.Int32
	asked   atomic.Int32 // tokens
	// mayNotBatch refuses BatchValidateTokens to the caller.
	mayNotBatch bool

	stop    func()
	address string
}

func startScripted(t *testing.T) *scriptedFeed {
	t.Helper()
	f := &scriptedFeed{events: make(chan any, 100), cursors: make(chan string, 100)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	securetokenv1.RegisterTokenServiceServer(server, f)
	go server.Serve(listener)
	f.stop, f.address = server.Stop, listener.Addr().String()
	t.Cleanup(server.Stop)
	return f
}

// verifier is one of the feed, on a clock that the test moves.
func (f *scriptedFeed) verifier(t *testing.T, options ...securetoken.VerifierOption) (*securetoken.Verifier, *movedClock) {
	t.Helper()
	clock := &movedClock{}
	client := connect(t, f.address, securetoken.WithInsecure(), securetoken.WithTimeout(2*time.Second))
	verifier, err := securetoken.NewVerifier(client, append(options, securetoken.WithVerifierClock(clock))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(verifier.Close)
	return verifier, clock
}

// ready sends an empty snapshot and a checkpoint, and waits until they have come.
func (f *scriptedFeed) ready(t *testing.T, verifier *securetoken.Verifier) {
	t.Helper()
	f.events <- page(true, true)
	f.events <- checkpointOf("c-1", 0, "key-1")
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
}

func (f *scriptedFeed) WatchRevocations(
	request *securetokenv1.WatchRevocationsRequest, stream grpc.ServerStreamingServer[securetokenv1.WatchRevocationsResponse],
) error {
	replaced := make(chan struct{})
	if before := f.newest.Swap(&replaced); before != nil {
		close(*before)
	}
	f.cursors <- request.GetCursor()
	for {
		select {
		case <-stream.Context().Done():
			return nil
		case <-replaced: // by a client that has given this one up, which this server has yet to learn
			return nil
		case event := <-f.events:
			select {
			case <-replaced:
				f.events <- event
				return nil
			default:
			}
			switch event := event.(type) {
			case error:
				return event
			case *securetokenv1.WatchRevocationsResponse:
				if err := stream.Send(event); err != nil {
					return err
				}
			}
		}
	}
}

func (f *scriptedFeed) ValidateToken(
	ctx context.Context, request *securetokenv1.ValidateTokenRequest,
) (*securetokenv1.ValidateTokenResponse, error) {
	f.singles.Add(1)
	f.asked.Add(1)
	if err := f.answerable(ctx); err != nil {
		return nil, err
	}
	if len(request.GetToken()) < 4 || request.GetToken()[:4] != "good" {
		return nil, invalidToken
	}
	response := validResponse("read")
	response.TokenId, response.SessionId, response.KeyId = "id-"+request.GetToken(), "session-1", "key-1"
	return response, nil
}

func (f *scriptedFeed) BatchValidateTokens(
	ctx context.Context, request *securetokenv1.BatchValidateTokensRequest,
) (*securetokenv1.BatchValidateTokensResponse, error) {
	f.batches.Add(1)
	if f.mayNotBatch {
		return nil, failure(codes.PermissionDenied, "the caller may not call it", &errdetails.ErrorInfo{
			Reason: "CALLER_ERROR_REASON_RPC_NOT_ALLOWED", Domain: "securetoken.v1",
		})
	}
	f.asked.Add(int32(len(request.GetTokens())))
	if err := f.answerable(ctx); err != nil {
		return nil, err
	}
	response := &securetokenv1.BatchValidateTokensResponse{}
	for _, token := range request.GetTokens() {
		claims := &securetokenv1.TokenClaims{
			TokenId: "id-" + token, UserId: "user-1", SessionId: "session-1", KeyId: "key-1", Permissions: []string{"read"},
			IssuedAt: timestamppb.New(issued), ExpiresAt: timestamppb.New(expires), TimeRemaining: durationpb.New(time.Hour),
		}
		response.Results = append(response.Results, &securetokenv1.BatchValidateTokensResult{
			Result: &securetokenv1.BatchValidateTokensResult_Claims{Claims: claims},
		})
	}
	return response, nil
}

func (f *scriptedFeed) answerable(ctx context.Context) error {
	if hold := f.hold.Load(); hold != nil {
		select {
		case <-*hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if fail := f.fail.Load(); fail != nil {
		return *fail
	}
	return nil
}

func page(first, last bool, revocations ...*securetokenv1.Revocation) *securetokenv1.WatchRevocationsResponse {
	return &securetokenv1.WatchRevocationsResponse{Event: &securetokenv1.WatchRevocationsResponse_Snapshot{
		Snapshot: &securetokenv1.WatchRevocationsResponse_SnapshotPage{Revocations: revocations, First: first, Last: last},
	}}
}

func changes(revocations ...*securetokenv1.Revocation) *securetokenv1.WatchRevocationsResponse {
	return &securetokenv1.WatchRevocationsResponse{Event: &securetokenv1.WatchRevocationsResponse_Changes_{
		Changes: &securetokenv1.WatchRevocationsResponse_Changes{Revocations: revocations},
	}}
}

func checkpointOf(cursor string, staleness time.Duration, keyIDs ...string) *securetokenv1.WatchRevocationsResponse {
	return &securetokenv1.WatchRevocationsResponse{Event: &securetokenv1.WatchRevocationsResponse_Checkpoint_{
		Checkpoint: &securetokenv1.WatchRevocationsResponse_Checkpoint{
			Cursor: cursor, Staleness: durationpb.New(staleness), KeyIds: keyIDs,
		},
	}}
}

func revokedToken(token string) *securetokenv1.Revocation {
	return &securetokenv1.Revocation{
		Target:    &securetokenv1.Revocation_TokenId{TokenId: "id-" + token},
		ExpiresAt: timestamppb.New(expires), RevokedAt: timestamppb.New(issued),
	}
}

func revokedSession(session string) *securetokenv1.Revocation {
	return &securetokenv1.Revocation{
		Target:    &securetokenv1.Revocation_SessionId{SessionId: session},
		ExpiresAt: timestamppb.New(expires), RevokedAt: timestamppb.New(issued),
	}
}

func cutOffUser(user string, issuedBefore time.Time) *securetokenv1.Revocation {
	hash := sha256.Sum256([]byte(user))
	return &securetokenv1.Revocation{
		Target:       &securetokenv1.Revocation_UserIdSha256{UserIdSha256: hash[:]},
		IssuedBefore: timestamppb.New(issuedBefore),
		ExpiresAt:    timestamppb.New(expires), RevokedAt: timestamppb.New(issued),
	}
}

func cutOffEverything(issuedBefore time.Time) *securetokenv1.Revocation {
	return &securetokenv1.Revocation{
		Target:       &securetokenv1.Revocation_Everything{Everything: true},
		IssuedBefore: timestamppb.New(issuedBefore),
		ExpiresAt:    timestamppb.New(expires), RevokedAt: timestamppb.New(issued),
	}
}

// movedClock stands still until a test moves it.
type movedClock struct {
	mu        sync.Mutex
	monotonic time.Duration
	wall      time.Duration
}

func (c *movedClock) Monotonic() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.monotonic
}

func (c *movedClock) Wall() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return issued.Add(c.wall)
}

func (c *movedClock) move(monotonic, wall time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.monotonic += monotonic
	c.wall += wall
}

// await polls for what another goroutine brings about.
func await(t *testing.T, what string, isSo func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !isSo(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
