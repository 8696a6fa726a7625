package securetoken_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"

	"securetoken.dev/go/securetoken"
)

// protected is a handler behind a guard of the fake's client; it writes the user's id.
func protected(t *testing.T, fake *fakeService, permissions []string, options ...securetoken.GuardOption) http.Handler {
	guard := newGuard(t, fake.newClient(t, securetoken.WithTimeout(300*time.Millisecond)), options...)
	requirement := securetoken.Require(permissions...)
	if len(permissions) == 0 {
		requirement = securetoken.AnyValidToken()
	}
	return guard.Protect(requirement)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, ok := securetoken.ClaimsFromContext(r.Context())
		if !ok {
			t.Error("the handler finds no claims")
			return
		}
		w.Write([]byte(claims.UserID))
	}))
}

func newGuard(t *testing.T, client *securetoken.Client, options ...securetoken.GuardOption) *securetoken.Guard {
	t.Helper()
	guard, err := securetoken.NewGuard(client, options...)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

func get(handler http.Handler, authorization ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	request.Header["Authorization"] = authorization
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func TestWhoPassesOverHTTP(t *testing.T) {
	fake := knowing(map[string][]string{"reader": {"read"}, "writer": {"read", "write"}, "nobody": nil})
	for name, it := range map[string]struct {
		authorization string
		permissions   []string
		status        int
		challenge     string
	}{
		"any valid token":         {"Bearer nobody", nil, 200, ""},
		"the permission":          {"Bearer reader", []string{"read"}, 200, ""},
		"both permissions":        {"Bearer writer", []string{"read", "write"}, 200, ""},
		"one of two":              {"Bearer reader", []string{"read", "write"}, 403, `Bearer error="insufficient_scope", scope="read write"`},
		"another case":            {"Bearer reader", []string{"Read"}, 403, `Bearer error="insufficient_scope", scope="Read"`},
		"none":                    {"Bearer nobody", []string{"read"}, 403, `Bearer error="insufficient_scope", scope="read"`},
		"a token that is invalid": {"Bearer forged", []string{"read"}, 401, `Bearer error="invalid_token"`},
		"no token":                {"Basic reader", nil, 401, "Bearer"},
	} {
		t.Run(name, func(t *testing.T) {
			got := get(protected(t, fake, it.permissions), it.authorization)
			if got.Code != it.status || got.Header().Get("WWW-Authenticate") != it.challenge {
				t.Errorf("got %d, %q", got.Code, got.Header().Get("WWW-Authenticate"))
			}
			if passed := got.Body.String() == "user-1"; passed != (it.status == 200) {
				t.Errorf("the body is %q", got.Body)
			}
		})
	}
}

func TestWhatCannotBeCheckedIsRefused(t *testing.T) {
	for name, it := range map[string]struct {
		err   error
		fault bool
		want  int
	}{
		"the service is down":        {status.Error(codes.Unavailable, "secret detail"), true, 503},
		"our own key is refused":     {status.Error(codes.Unauthenticated, "secret detail"), true, 503},
		"our own key may not do it":  {status.Error(codes.PermissionDenied, "secret detail"), true, 503},
		"a kind of a newer server":   {failure(codes.FailedPrecondition, "secret detail", detail(99)), false, 401},
		"an expired token":           {failure(codes.Unauthenticated, "secret detail", detail(2)), false, 401},
		"an answer that cannot be":   {nil, true, 503},
		"the service names no cause": {status.Error(codes.Unknown, "secret detail"), true, 503},
	} {
		t.Run(name, func(t *testing.T) {
			var response proto.Message
			if it.err == nil {
				response = validResponse()
				proto.Reset(response)
			}
			var faults []error
			handler := protected(t, answering(response, it.err), nil, securetoken.WithFaultHandler(
				func(_ context.Context, err error) { faults = append(faults, err) },
			))
			got := get(handler, "Bearer any")
			if got.Code != it.want || strings.Contains(got.Body.String(), "secret detail") {
				t.Errorf("got %d, %q", got.Code, got.Body)
			}
			if (len(faults) == 1) != it.fault {
				t.Errorf("told of %v", faults)
			}
		})
	}
}

func TestAGuardWaitsForNoRate(t *testing.T) {
	fake := failing(1, rateExceeded(time.Millisecond))
	if status := get(protected(t, fake, nil), "Bearer token").Code; status != http.StatusServiceUnavailable {
		t.Errorf("answers %d", status)
	}
	if calls := fake.calls.Load(); calls != 1 {
		t.Errorf("asked %d times", calls)
	}
}

func TestAGuardWaitsForAServerThatHasNoRoom(t *testing.T) {
	fake := failing(1, failure(codes.ResourceExhausted, "no room",
		&errdetails.RetryInfo{RetryDelay: durationpb.New(time.Millisecond)}))
	guard := newGuard(t, fake.newClient(t))
	handler := guard.Protect(securetoken.AnyValidToken())(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	if status := get(handler, "Bearer token").Code; status != http.StatusOK {
		t.Errorf("answers %d", status)
	}
	if calls := fake.calls.Load(); calls != 2 {
		t.Errorf("asked %d times", calls)
	}
}

func TestACallerWhoLeavesIsNoFault(t *testing.T) {
	fake := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	handler := protected(t, fake, nil, securetoken.WithFaultHandler(func(_ context.Context, err error) {
		t.Errorf("told of %v", err)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	request := httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx)
	request.Header.Set("Authorization", "Bearer any")
	time.AfterFunc(20*time.Millisecond, cancel)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if recorder.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d", recorder.Code)
	}
}

func TestOnlyValidAnswersAreKept(t *testing.T) {
	fake := knowing(map[string][]string{"reader": {"read"}})
	guard := newGuard(t, fake.newClient(t), securetoken.WithCache(5*time.Second, 10))
	now := time.Now()
	securetoken.SetClock(guard, func() time.Time { return now })
	var seen []*securetoken.Claims
	handler := guard.HTTP("read")(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		claims, _ := securetoken.ClaimsFromContext(r.Context())
		claims.Permissions[0] = "changed by a handler"
		seen = append(seen, claims)
	}))
	asked := func(token string, wantStatus int, wantCalls int32) {
		t.Helper()
		before := fake.calls.Load()
		if got := get(handler, "Bearer "+token); got.Code != wantStatus {
			t.Errorf("%s: got %d", token, got.Code)
		}
		if calls := fake.calls.Load() - before; calls != wantCalls {
			t.Errorf("%s: asked %d times, want %d", token, calls, wantCalls)
		}
	}
	asked("reader", 200, 1)
	asked("reader", 200, 0)
	asked("forged", 401, 1)
	asked("forged", 401, 1)
	now = now.Add(5 * time.Second)
	asked("reader", 200, 1)
	if len(seen) != 3 || seen[0] == seen[1] {
		t.Error("requests share their claims")
	}
}

func TestWithoutACacheEveryRequestAsks(t *testing.T) {
	fake := knowing(map[string][]string{"reader": nil})
	handler := protected(t, fake, nil)
	get(handler, "Bearer reader")
	get(handler, "Bearer reader")
	if calls := fake.calls.Load(); calls != 2 {
		t.Errorf("asked %d times", calls)
	}
}

func TestNoClaimsWithoutAGuard(t *testing.T) {
	if claims, ok := securetoken.ClaimsFromContext(t.Context()); ok || claims != nil {
		t.Errorf("found %v", claims)
	}
}
