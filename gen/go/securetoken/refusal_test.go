package securetoken_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

// whatever is a fake that knows "valid", and ends other tokens as they are named.
func whatever() *fakeService {
	return &fakeService{answer: func(_ context.Context, _ string, request proto.Message) (proto.Message, error) {
		switch request.(*securetokenv1.ValidateTokenRequest).GetToken() {
		case "valid":
			return validResponse("read"), nil
		case "expired":
			return nil, failure(codes.Unauthenticated, "told", detail(2))
		case "away":
			return nil, status.Error(codes.Internal, "told")
		default:
			return nil, invalidToken
		}
	}}
}

func TestTheAnswerToARefusal(t *testing.T) {
	for name, it := range map[string]struct {
		authorization, permission string
		status                    int
		challenge, body           string
	}{
		"no token": {"", "read", 401, `Bearer`,
			`{"error":"missing_token","reason":"TOKEN_MISSING","message":"a bearer token is required"}`},
		"an invalid token": {"Bearer forged", "read", 401, `Bearer error="invalid_token"`,
			`{"error":"invalid_token","reason":"TOKEN_INVALID","message":"the bearer token is not valid"}`},
		"an expired token": {"Bearer expired", "read", 401, `Bearer error="invalid_token", error_description="the token has expired"`,
			`{"error":"invalid_token","reason":"TOKEN_EXPIRED","message":"the bearer token has expired"}`},
		"a missing permission": {"Bearer valid", "write", 403, `Bearer error="insufficient_scope", scope="write"`,
			`{"error":"insufficient_scope","reason":"PERMISSION_MISSING","message":"a permission is missing"}`},
		"a permission that is no scope": {"Bearer valid", `say "x"`, 403, `Bearer error="insufficient_scope"`,
			`{"error":"insufficient_scope","reason":"PERMISSION_MISSING","message":"a permission is missing"}`},
		"a service that is away": {"Bearer away", "read", 503, ``,
			`{"error":"unavailable","reason":"UNAVAILABLE","message":"tokens cannot be checked at present"}`},
	} {
		t.Run(name, func(t *testing.T) {
			guard := newGuard(t, whatever().newClient(t))
			handler := guard.HTTP(it.permission)(http.NotFoundHandler())
			for _, method := range []string{"GET", "HEAD"} {
				request := httptest.NewRequest(method, "/", nil)
				if it.authorization != "" {
					request.Header.Set("Authorization", it.authorization)
				}
				got := httptest.NewRecorder()
				handler.ServeHTTP(got, request)
				body, retryAfter := it.body, ""
				if method == "HEAD" {
					body = ""
				}
				if it.status == 503 {
					retryAfter = "1"
				}
				header := got.Header()
				if got.Code != it.status || header.Get("WWW-Authenticate") != it.challenge || got.Body.String() != body ||
					header.Get("Content-Type") != "application/json" || header.Get("Cache-Control") != "no-store" ||
					header.Get("Retry-After") != retryAfter {
					t.Errorf("%s: got %d, %v, %s", method, got.Code, header, got.Body)
				}
			}
			client, _ := guarded(t, whatever(), securetoken.Policy{wholeHealth: securetoken.Require(it.permission)})
			ctx := t.Context()
			if it.authorization != "" {
				ctx = metadata.AppendToOutgoingContext(ctx, "authorization", it.authorization)
			}
			var trailer metadata.MD
			if _, err := client.Check(ctx, &healthpb.HealthCheckRequest{}, grpc.Trailer(&trailer)); err == nil {
				t.Error("passes over gRPC")
			}
			challenges := append(trailer.Get("www-authenticate"), "")
			if challenges[0] != it.challenge {
				t.Errorf("over gRPC the challenge is %q", challenges)
			}
		})
	}
}

func TestAnAnswerOfTheProgramsOwn(t *testing.T) {
	ask := func(handle func(http.ResponseWriter, *http.Request, *securetoken.Refusal)) *httptest.ResponseRecorder {
		return get(protected(t, whatever(), []string{"write"}, securetoken.WithRefusalHandler(handle)), "Bearer valid")
	}
	got := ask(func(w http.ResponseWriter, _ *http.Request, refused *securetoken.Refusal) {
		w.WriteHeader(http.StatusTeapot)
		w.Write([]byte(string(refused.Reason) + " " + refused.Permissions[0]))
	})
	if got.Code != http.StatusTeapot || got.Body.String() != "PERMISSION_MISSING write" {
		t.Errorf("got %d, %s", got.Code, got.Body)
	}
	got = ask(func(w http.ResponseWriter, _ *http.Request, _ *securetoken.Refusal) {
		w.Header().Set("X-Half-Done", "yes")
		panic("a bug")
	})
	if got.Code != 403 || got.Header().Get("X-Half-Done") != "" {
		t.Errorf("after a panic: got %d, %v", got.Code, got.Header())
	}

	handlers := map[string]func(context.Context, *securetoken.Refusal) error{
		"its own": func(_ context.Context, refused *securetoken.Refusal) error {
			return status.Error(codes.NotFound, string(refused.Reason))
		},
		"a panic": func(context.Context, *securetoken.Refusal) error { panic("a bug") },
		"nil":     func(context.Context, *securetoken.Refusal) error { return nil },
	}
	for name, handle := range handlers {
		client, _ := guarded(t, whatever(), securetoken.Policy{wholeHealth: anyToken}, securetoken.WithRefusalError(handle))
		want := codes.Unauthenticated
		if name == "its own" {
			want = codes.NotFound
		}
		if _, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{}); status.Code(err) != want {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestATokenFromACookie(t *testing.T) {
	guard := newGuard(t, whatever().newClient(t), securetoken.WithTokenExtractor(func(r *http.Request) string {
		cookie, err := r.Cookie("session")
		if err != nil {
			return ""
		}
		return cookie.Value
	}))
	handler := guard.HTTP("read")(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for cookie, want := range map[string]int{"valid": 200, "forged": 401, "": 401, "no token68!": 401} {
		request := httptest.NewRequest("GET", "/", nil)
		request.Header.Set("Authorization", "Bearer valid") // not asked
		if cookie != "" {
			request.AddCookie(&http.Cookie{Name: "session", Value: cookie})
		}
		if cookie == "" {
			request.Header.Set("Authorization", "Bearer valid")
		}
		recorder := httptest.NewRecorder()
		if handler.ServeHTTP(recorder, request); recorder.Code != want {
			t.Errorf("%q: got %d", cookie, recorder.Code)
		}
	}
}

func TestConcurrentChecksOfOneTokenAreOneCall(t *testing.T) {
	begun, release := make(chan struct{}, 100), make(chan struct{})
	fake := &fakeService{answer: func(context.Context, string, proto.Message) (proto.Message, error) {
		begun <- struct{}{}
		<-release
		return validResponse("read"), nil
	}}
	guard := newGuard(t, fake.newClient(t))
	handler := guard.HTTP("read")(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	answers := make(chan int, 20)
	ask := func(ctx context.Context) {
		request := httptest.NewRequest("GET", "/", nil).WithContext(ctx)
		request.Header.Set("Authorization", "Bearer one")
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		answers <- recorder.Code
	}
	first, leave := context.WithCancel(t.Context())
	go ask(first)
	<-begun
	for range 19 {
		go ask(t.Context())
	}
	time.Sleep(50 * time.Millisecond) // until all wait
	leave()                           // whoever began the call does not end it for the others
	if got := <-answers; got != 503 {
		t.Errorf("whoever left: got %d", got)
	}
	close(release)
	for range 19 {
		if got := <-answers; got != 200 {
			t.Errorf("got %d", got)
		}
	}
	if calls := fake.calls.Load(); calls != 1 {
		t.Errorf("%d calls", calls)
	}
}

// TestTheClientsTimeoutBoundsTheCheck holds it whatever the request's own deadline: none, or beyond what
// the server takes.
func TestTheClientsTimeoutBoundsTheCheck(t *testing.T) {
	var left atomic.Int64 // the server may still be about to write it when the client has given up
	hanging := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		deadline, _ := ctx.Deadline()
		left.Store(int64(time.Until(deadline)))
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	var fault error
	handler := protected(t, hanging, nil, securetoken.WithFaultHandler(func(_ context.Context, err error) { fault = err }))
	got := get(http.TimeoutHandler(handler, 2*time.Minute, ""), "Bearer any")
	if got.Code != 503 || time.Duration(left.Load()) > 300*time.Millisecond || !errors.Is(fault, context.DeadlineExceeded) {
		t.Errorf("got %d, %v left, told of %v", got.Code, time.Duration(left.Load()), fault)
	}
	if got := get(http.TimeoutHandler(protected(t, whatever(), nil), 2*time.Minute, ""), "Bearer valid"); got.Code != 200 {
		t.Errorf("a valid token: got %d", got.Code)
	}
}

func TestReadiness(t *testing.T) {
	client := connect(t, startServer(t), securetoken.WithInsecure())
	if err := client.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	if err := newGuard(t, client).Ready(t.Context()); err != nil {
		t.Error(err)
	}
	away := connect(t, "127.0.0.1:1", securetoken.WithInsecure(), securetoken.WithTimeout(200*time.Millisecond))
	for _, err := range []error{away.Ready(t.Context()), newGuard(t, away).Ready(t.Context())} {
		var unavailable *securetoken.ServiceUnavailableError
		if !errors.As(err, &unavailable) {
			t.Errorf("got %v", err)
		}
	}
}
