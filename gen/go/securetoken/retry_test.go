package securetoken_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

// failing answers the first calls with an error, and the others well.
func failing(times int32, err error) *fakeService {
	fake := &fakeService{}
	fake.answer = func(context.Context, string, proto.Message) (proto.Message, error) {
		if fake.calls.Load() <= times {
			return nil, err
		}
		return validResponse(), nil
	}
	return fake
}

func validate(t *testing.T, client *securetoken.Client) error {
	t.Helper()
	_, err := client.ValidateToken(t.Context(), "t")
	return err
}

func TestUnavailableIsTriedAgainUntilItPasses(t *testing.T) {
	fake := failing(5, status.Error(codes.Unavailable, "starting"))
	if err := validate(t, fake.newClient(t)); err != nil {
		t.Errorf("got %v", err)
	}
}

func TestUnavailableIsToldAtTheDeadline(t *testing.T) {
	fake := answering(nil, status.Error(codes.Unavailable, "down"))
	err := validate(t, fake.newClient(t, securetoken.WithTimeout(400*time.Millisecond)))
	var unavailable *securetoken.ServiceUnavailableError
	if !errors.As(err, &unavailable) || unavailable.Fault != securetoken.FaultUnknown ||
		status.Code(err) != codes.Unavailable || errors.Is(err, securetoken.ErrToken) {
		t.Errorf("got %v", err)
	}
	if calls := fake.calls.Load(); calls < 3 {
		t.Errorf("tried %d times", calls)
	}
}

// TestAFurtherTryThatIsLateTellsTheErrorBefore holds it of one that the server has taken: it may have begun a moment
// before the deadline.
func TestAFurtherTryThatIsLateTellsTheErrorBefore(t *testing.T) {
	fake := &fakeService{}
	fake.answer = func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		if fake.calls.Load() > 1 {
			<-ctx.Done()
		}
		return nil, status.Error(codes.Unavailable, "down")
	}
	err := validate(t, fake.newClient(t, securetoken.WithTimeout(400*time.Millisecond)))
	var unavailable *securetoken.ServiceUnavailableError
	if !errors.As(err, &unavailable) || !strings.Contains(err.Error(), "down") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNotTriedAgain(t *testing.T) {
	for name, it := range map[string]struct {
		err  error
		call func(*securetoken.Client) error
	}{
		"another code": {status.Error(codes.Internal, "told"), func(c *securetoken.Client) error { return validate(t, c) }},
		"a rate without a time": {status.Error(codes.ResourceExhausted, "told"), func(c *securetoken.Client) error {
			return validate(t, c)
		}},
		"a fact about the token": {failure(codes.Unavailable, "told", detail(3)), func(c *securetoken.Client) error {
			return validate(t, c)
		}},
		"a refresh that may have been served": {status.Error(codes.Unavailable, "told"), func(c *securetoken.Client) error {
			_, err := c.RefreshToken(t.Context(), "t", securetoken.RevokeOld())
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			fake := answering(nil, it.err)
			if err := it.call(fake.newClient(t)); status.Code(err) != status.Code(it.err) {
				t.Errorf("got %v", err)
			}
			if calls := fake.calls.Load(); calls != 1 {
				t.Errorf("tried %d times", calls)
			}
		})
	}
}

func rateExceeded(delay time.Duration) error {
	return failure(codes.ResourceExhausted, "too many calls a second",
		&errdetails.ErrorInfo{Reason: "CALLER_ERROR_REASON_RATE_EXCEEDED", Domain: "securetoken.v1"},
		&errdetails.RetryInfo{RetryDelay: durationpb.New(delay)})
}

func TestTheServersPauseIsKept(t *testing.T) {
	fake := failing(1, rateExceeded(20*time.Millisecond))
	if err := validate(t, fake.newClient(t)); err != nil {
		t.Errorf("got %v", err)
	}
	fake = failing(1, rateExceeded(time.Minute))
	err := validate(t, fake.newClient(t))
	var exceeded *securetoken.RateExceededError
	if !errors.As(err, &exceeded) || exceeded.RetryAfter != time.Minute || status.Code(err) != codes.ResourceExhausted {
		t.Errorf("got %v", err)
	}
	if calls := fake.calls.Load(); calls != 1 {
		t.Errorf("a pause beyond the deadline: tried %d times", calls)
	}
}

func TestACallerWhoIsRefusedIsToldWhy(t *testing.T) {
	fake := answering(nil, failure(codes.PermissionDenied, "told", &errdetails.ErrorInfo{
		Reason: "CALLER_ERROR_REASON_GRANT_NOT_ALLOWED", Domain: "securetoken.v1",
		Metadata: map[string]string{"field": "permissions", "permission": "admin"},
	}))
	err := validate(t, fake.newClient(t))
	var refused *securetoken.CallerRefusedError
	if !errors.As(err, &refused) || refused.Reason != "GRANT_NOT_ALLOWED" || refused.Field != "permissions" ||
		refused.Metadata["permission"] != "admin" || errors.Is(err, securetoken.ErrToken) {
		t.Errorf("got %+v", err)
	}
}

// TestARestartWithinTheDeadlineCostsTimeAlone stops the server during a call and starts it again.
func TestARestartWithinTheDeadlineCostsTimeAlone(t *testing.T) {
	listen := func(address string) net.Listener {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		return listener
	}
	serve := func(listener net.Listener) *grpc.Server {
		server := grpc.NewServer(grpc.UnaryInterceptor(answering(validResponse(), nil).intercept))
		securetokenv1.RegisterTokenServiceServer(server, securetokenv1.UnimplementedTokenServiceServer{})
		go server.Serve(listener)
		return server
	}
	listener := listen("127.0.0.1:0")
	address := listener.Addr().String()
	first := serve(listener)
	client := connect(t, address, securetoken.WithInsecure())
	if err := validate(t, client); err != nil {
		t.Fatal(err)
	}
	first.Stop()
	time.Sleep(50 * time.Millisecond) // until the client knows: a refresh that is on its way is lost
	answers := make(chan error, 3)
	go func() { answers <- validate(t, client) }()
	go func() {
		_, err := client.GenerateToken(t.Context(), "user-1")
		answers <- err
	}()
	go func() {
		_, err := client.RefreshToken(t.Context(), "t")
		answers <- err
	}()
	time.Sleep(300 * time.Millisecond)
	t.Cleanup(serve(listen(address)).Stop)
	for range 3 {
		// The stand-in answers every RPC alike, so those that want more find its answer malformed.
		if err := <-answers; status.Code(err) == codes.Unavailable || status.Code(err) == codes.DeadlineExceeded {
			t.Errorf("got %v", err)
		}
	}
}

func TestAnIdleClientDialsNothing(t *testing.T) {
	t.Cleanup(securetoken.SetDemandWindow(0))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var dialled atomic.Int32
	counting := &countingListener{listener, &dialled, make(chan net.Conn, 8)}
	server := grpc.NewServer(grpc.UnaryInterceptor(answering(validResponse(), nil).intercept))
	securetokenv1.RegisterTokenServiceServer(server, securetokenv1.UnimplementedTokenServiceServer{})
	go server.Serve(counting)
	t.Cleanup(server.Stop)
	client := connect(t, listener.Addr().String(), securetoken.WithInsecure())
	for want := range int32(3) {
		if err := validate(t, client); err != nil {
			t.Fatal(err)
		}
		(<-counting.accepted).Close() // as a server that is tired of an idle client
		time.Sleep(100 * time.Millisecond)
		if got := dialled.Load(); got != want+1 {
			t.Fatalf("after %d calls: %d connections", want+1, got)
		}
	}
}

type countingListener struct {
	net.Listener
	count    *atomic.Int32
	accepted chan net.Conn
}

func (l *countingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		l.count.Add(1)
		l.accepted <- conn
	}
	return conn, err
}

func TestAKeyThatIsRotated(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	write := func(key string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("old")
	accepted := "old"
	fake := &fakeService{}
	fake.answer = func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		if !slices.Equal(sentAuthorization(ctx), []string{"Bearer " + accepted}) {
			return nil, failure(codes.Unauthenticated, "who is it?",
				&errdetails.ErrorInfo{Reason: "CALLER_ERROR_REASON_UNKNOWN_CALLER", Domain: "securetoken.v1"})
		}
		return validResponse(), nil
	}
	current := "old"
	fromFile := fake.newClient(t, securetoken.WithAPIKeyFile(file))
	fromFunc := fake.newClient(t, securetoken.WithAPIKeyFunc(func(context.Context) (string, error) { return current, nil }))
	for _, client := range []*securetoken.Client{fromFile, fromFunc} {
		if err := validate(t, client); err != nil {
			t.Fatal(err)
		}
	}
	write("new")
	accepted, current = "new", "new"
	for _, client := range []*securetoken.Client{fromFile, fromFunc} {
		if err := validate(t, client); err != nil {
			t.Errorf("after the rotation: %v", err)
		}
	}
	write("") // as while it is written
	if err := validate(t, fromFile); err != nil {
		t.Errorf("while the file is empty: %v", err)
	}
	accepted = "another"
	fake.calls.Store(0)
	var refused *securetoken.CallerRefusedError
	if err := validate(t, fromFile); !errors.As(err, &refused) || refused.Reason != "UNKNOWN_CALLER" {
		t.Errorf("got %v", err)
	}
	if calls := fake.calls.Load(); calls != 1 {
		t.Errorf("with the same key: tried %d times", calls)
	}
	broken := fake.newClient(t, securetoken.WithAPIKeyFunc(func(context.Context) (string, error) {
		return "", errors.New("the vault is closed")
	}))
	if err := validate(t, broken); status.Code(err) != codes.Unauthenticated || fake.calls.Load() != 1 {
		t.Errorf("without a key: got %v", err)
	}
}
