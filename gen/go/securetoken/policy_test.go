package securetoken_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

var read = securetoken.Require("read")

func TestPoliciesThatCannotBeMeant(t *testing.T) {
	guard := newGuard(t, knowing(nil).newClient(t))
	for name, policy := range map[string]securetoken.Policy{
		"nil":                   nil,
		"empty":                 {},
		"no leading slash":      {"notes.v1.Notes/List": read},
		"no method":             {"/notes.v1.Notes": read},
		"two methods":           {"/notes.v1.Notes/List/More": read},
		"a star":                {"/notes.v1.Notes/*": read},
		"a space":               {"/notes.v1.Notes/List ": read},
		"no service":            {"//List": read},
		"the zero requirement":  {wholeHealth: {}},
		"no permission":         {wholeHealth: securetoken.Require()},
		"an empty list":         {wholeHealth: securetoken.Require([]string{}...)},
		"an empty permission":   {wholeHealth: securetoken.Require("")},
		"any of none":           {wholeHealth: securetoken.AnyOf()},
		"one rule that is good": {wholeHealth: read, "/x": read},
	} {
		if interceptors, err := guard.GRPC(policy); err == nil || interceptors != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, policy := range map[string]securetoken.HTTPPolicy{
		"nil":                  nil,
		"empty":                {},
		"no method":            {"/notes": read},
		"no path":              {"GET": read},
		"a relative path":      {"GET notes": read},
		"a method in lower":    {"get /notes": read},
		"two spaces":           {"GET  /notes": read},
		"HEAD":                 {"HEAD /notes": read},
		"a star within":        {"GET /*/notes": read},
		"half a segment":       {"GET /notes*": read},
		"an empty segment":     {"GET /notes//x": read},
		"a dot segment":        {"GET /notes/../x": read},
		"a slash apart":        {"GET /notes": read, "GET /notes/": securetoken.Public()},
		"the zero requirement": {"GET /notes": {}},
		"no permission":        {"GET /notes": securetoken.Require()},
	} {
		if middleware, err := guard.Routes(policy); err == nil || middleware != nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, make := range map[string]func(){
		"HTTP without permissions": func() { guard.HTTP() },
		"HTTP with an empty one":   func() { guard.HTTP("") },
		"the zero requirement":     func() { guard.Protect(securetoken.Requirement{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			make()
		}()
	}
}

func TestGuardsThatCannotWork(t *testing.T) {
	if guard, err := securetoken.NewGuard(nil); err == nil || guard != nil {
		t.Error("a guard without a client")
	}
	client := knowing(nil).newClient(t)
	for name, option := range map[string]securetoken.GuardOption{
		"a negative time":      securetoken.WithCache(-1, 1),
		"a negative size":      securetoken.WithCache(1, -1),
		"no fault handler":     securetoken.WithFaultHandler(nil),
		"no refusal handler":   securetoken.WithRefusalHandler(nil),
		"no refusal error":     securetoken.WithRefusalError(nil),
		"no extractor at all ": securetoken.WithTokenExtractor(nil),
	} {
		if _, err := securetoken.NewGuard(client, option); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// routed is the status that a policy's guard answers a request with; 200 is the handler's.
func routed(t *testing.T, guard *securetoken.Guard, policy securetoken.HTTPPolicy, method, target, token string) int {
	t.Helper()
	protect, err := guard.Routes(policy)
	if err != nil {
		t.Fatal(err)
	}
	request := httptest.NewRequest(method, target, nil)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	recorder := httptest.NewRecorder()
	protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(recorder, request)
	return recorder.Code
}

func TestRulesByMethodAndPath(t *testing.T) {
	fake := knowing(map[string][]string{"reader": {"read"}, "writer": {"write"}})
	var unruled int
	guard := newGuard(t, fake.newClient(t), securetoken.WithFaultHandler(func(_ context.Context, err error) {
		if !errors.Is(err, securetoken.ErrNoRule) {
			t.Errorf("told of %v", err)
		}
		unruled++
	}))
	policy := securetoken.HTTPPolicy{
		"GET /notes":         read,
		"GET /notes/*":       read,
		"POST /notes":        securetoken.Require("write"),
		"* /notes/public/*":  securetoken.Public(),
		"GET /notes/public/": read,
		"* /health":          securetoken.Public(),
		"GET /me":            securetoken.Optional(),
	}
	for _, it := range []struct {
		method, target, token string
		want                  int
		isRuled               bool
	}{
		{"GET", "/notes", "reader", 200, true},
		{"GET", "/notes?x=//", "reader", 200, true},
		{"HEAD", "/notes", "reader", 200, true},
		{"HEAD", "/notes", "writer", 403, true},
		{"GET", "/notes", "writer", 403, true},
		{"GET", "/notes/1", "reader", 200, true},
		{"GET", "/notes/1/2", "writer", 403, true},
		{"POST", "/notes", "writer", 200, true},
		{"PUT", "/health", "", 200, true},
		{"DELETE", "/notes/public/x", "", 200, true},
		{"GET", "/notes/public/", "", 401, true},
		{"GET", "/me", "", 200, true},
		{"GET", "/me", "forged", 401, true},
		{"POST", "/notes/1", "writer", 403, false},
		{"GET", "/notesx", "reader", 403, false},
		{"GET", "/other", "", 403, false},
		{"GET", "/Notes", "reader", 403, false},
		{"GET", "/notes//1", "reader", 403, false},
		{"GET", "/notes/./1", "reader", 403, false},
		{"GET", "/notes/public/../1", "reader", 403, false},
		{"GET", "/notes/public/%2e%2e/1", "reader", 403, false},
		{"GET", "/notes/public%2f1", "reader", 403, false},
		{"GET", "/notes/%5c1", "reader", 403, false},
		{"GET", "/notes/a;b", "reader", 403, false},
		{"GET", "/notes/%252e", "reader", 403, false},
		{"GET", "/notes/%00", "reader", 403, false},
		{"GET", "/notes/caf%C3%A9", "reader", 200, true},
		{"OPTIONS", "*", "", 403, false},
	} {
		unruled = 0
		if got := routed(t, guard, policy, it.method, it.target, it.token); got != it.want || (unruled == 0) != it.isRuled {
			t.Errorf("%s %s as %q: got %d, told of %d", it.method, it.target, it.token, got, unruled)
		}
	}
}

func TestTheLastSlashMakesNoRuleWeaker(t *testing.T) {
	fake := knowing(map[string][]string{"reader": {"read"}})
	policy := securetoken.HTTPPolicy{
		"GET /notes": read, "GET /reports/": read, "GET /*": securetoken.Public(),
	}
	guard := newGuard(t, fake.newClient(t))
	for target, want := range map[string]int{"/notes/": 403, "/reports": 403, "/other/": 200, "/": 200} {
		if got := routed(t, guard, policy, "GET", target, ""); got != want {
			t.Errorf("%s: got %d", target, got)
		}
	}
}

func TestRulesBehindAPrefix(t *testing.T) {
	guard := newGuard(t, knowing(map[string][]string{"reader": {"read"}}).newClient(t))
	protect, err := guard.Routes(securetoken.HTTPPolicy{"GET /notes": read})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", func(http.ResponseWriter, *http.Request) {})
	outer := http.StripPrefix("/api", protect(mux))
	request := httptest.NewRequest("GET", "/api/notes", nil)
	request.Header.Set("Authorization", "Bearer reader")
	recorder := httptest.NewRecorder()
	if outer.ServeHTTP(recorder, request); recorder.Code != 200 {
		t.Errorf("got %d", recorder.Code)
	}
}

func TestAManySlashedPathIsCheap(t *testing.T) {
	guard := newGuard(t, knowing(nil).newClient(t))
	path := strings.Repeat("/a", 400_000)
	begin := time.Now()
	routed(t, guard, securetoken.HTTPPolicy{"GET /notes/*": read}, "GET", path, "")
	if taken := time.Since(begin); taken > 5*time.Second { // linear takes milliseconds, quadratic minutes
		t.Errorf("took %v", taken)
	}
}

func TestAPolicyIsCopiedAndHeldAgainstTheServer(t *testing.T) {
	fake := knowing(map[string][]string{"reader": {"read"}})
	policy := securetoken.Policy{wholeHealth: read}
	var faults []error
	client, _ := guarded(t, fake, policy, securetoken.WithFaultHandler(func(_ context.Context, err error) {
		faults = append(faults, err)
	}))
	policy[checkMethod] = securetoken.Public()
	policy[wholeHealth] = securetoken.Public()
	if _, err := client.Check(t.Context(), &healthpb.HealthCheckRequest{}); status.Code(err) != codes.Unauthenticated {
		t.Errorf("a policy that is changed later: got %v", err)
	}
	other, _ := guarded(t, fake, securetoken.Policy{watchMethod: read}, securetoken.WithFaultHandler(func(_ context.Context, err error) {
		faults = append(faults, err)
	}))
	var trailer metadata.MD
	_, err := other.Check(t.Context(), &healthpb.HealthCheckRequest{}, grpc.Trailer(&trailer))
	if status.Code(err) != codes.PermissionDenied || len(faults) != 1 || !errors.Is(faults[0], securetoken.ErrNoRule) ||
		!strings.Contains(faults[0].Error(), checkMethod) {
		t.Errorf("a method without a rule: got %v, told of %v", err, faults)
	}
	if got := trailer.Get("www-authenticate"); len(got) != 1 || got[0] != `Bearer error="insufficient_scope"` {
		t.Errorf("the challenge is %q", got)
	}

	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, health.NewServer())
	guard := newGuard(t, fake.newClient(t))
	for rule, isServed := range map[string]bool{
		wholeHealth: true, checkMethod: true,
		"/grpc.health.v1.Health/Chekc": false, "/grpc.health.v1.Helath/": false,
	} {
		interceptors, err := guard.GRPC(securetoken.Policy{rule: read})
		if err != nil {
			t.Fatal(err)
		}
		if err := interceptors.Check(server); (err == nil) != isServed {
			t.Errorf("%s: got %v", rule, err)
		}
	}
}

// In the square of its length, a path of a million bytes would take minutes.
func TestPathsOfManySegments(t *testing.T) {
	guard := newGuard(t, knowing(nil).newClient(t))
	policy := securetoken.HTTPPolicy{"GET /notes/*": securetoken.Public()}
	protect, err := guard.Routes(policy)
	if err != nil {
		t.Fatal(err)
	}
	handler := protect(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	many := strings.Repeat("/a", 500_000)
	for path, want := range map[string]int{
		many:                                 http.StatusForbidden,
		"/notes" + many:                      http.StatusOK,
		"/" + strings.Repeat("%61", 300_000): http.StatusForbidden,
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		if answer.Code != want {
			t.Errorf("%.10s...: %d, not %d", path, answer.Code, want)
		}
	}
}
