package securetoken_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
	"securetoken.dev/go/securetokentest"
)

// longestStaleness is so long that no pause of the machine makes a verifier stale.
const longestStaleness = 5 * time.Minute

func startService(t *testing.T) (*securetokentest.Service, *securetoken.Client) {
	t.Helper()
	service := securetokentest.NewService()
	t.Cleanup(service.Close)
	return service, connect(t, service.Address(), securetoken.WithInsecure())
}

func statusOf(t *testing.T, handler http.Handler, token string) int {
	t.Helper()
	request := httptest.NewRequest(http.MethodGet, "/notes", nil)
	request.Header.Set("Authorization", "Bearer "+token)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder.Code
}

// awaitEndOfFeed is for before a clock moves: what is on its way then would be taken for fresh.
func awaitEndOfFeed(t *testing.T, verifier *securetoken.Verifier) {
	t.Helper()
	await(t, "the end of the feed", func() bool { return verifier.Stats().Reconnects > 0 })
}

func callsOf(service *securetokentest.Service, rpc string) int {
	others := slices.DeleteFunc(service.Calls(), func(call string) bool { return call != rpc })
	return len(others)
}

var tellUser = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	claims, _ := securetoken.ClaimsFromContext(r.Context())
	io.WriteString(w, claims.UserID)
})

func TestACutOffHitsWhatWasRefreshedInASessionOfBeforeIt(t *testing.T) {
	service, client := startService(t)
	verifier, err := securetoken.NewVerifier(client,
		securetoken.WithMaxStaleness(longestStaleness), securetoken.WithVerifierClock(service.Clock()))
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	first, err := client.GenerateToken(t.Context(), "user-1")
	if err != nil {
		t.Fatal(err)
	}
	service.Advance(time.Second)
	renewed, err := client.RefreshToken(t.Context(), first.Token)
	if err != nil {
		t.Fatal(err)
	}
	valid, err := verifier.Verify(t.Context(), renewed.Token)
	if err != nil || !valid.SessionStartedAt.Equal(first.IssuedAt) {
		t.Fatalf("got %+v, %v", valid, err)
	}
	cutOff := securetoken.TargetUser("user-1", first.IssuedAt)
	if _, err := client.RevokeTokens(t.Context(), []securetoken.RevocationTarget{cutOff}); err != nil {
		t.Fatal(err)
	}
	await(t, "the cut-off", func() bool { return verifier.Stats().Revocations == 1 })
	mustBeRevoked(t, verifier, renewed.Token)
	if asked := callsOf(service, "ValidateToken"); asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	mustVerify(t, verifier, service.Issue("user-1"))
}

func TestAWatchingGuardAsksOnceAndRefusesWhatIsRevoked(t *testing.T) {
	service, client := startService(t)
	guard, err := securetoken.NewGuard(client, securetoken.WithWatch(
		securetoken.WithMaxStaleness(longestStaleness), securetoken.WithVerifierClock(service.Clock())))
	if err != nil {
		t.Fatal(err)
	}
	defer guard.Close()
	handler := guard.HTTP("notes:read")(tellUser)
	revoked, other := service.Issue("user-1", "notes:read"), service.Issue("user-2", "notes:read")
	asked := 0
	await(t, "a hit", func() bool {
		before := callsOf(service, "ValidateToken")
		if code := statusOf(t, handler, revoked); code != http.StatusOK {
			t.Fatalf("got %d", code)
		}
		asked = callsOf(service, "ValidateToken")
		return asked == before
	})
	if code := statusOf(t, handler, service.Issue("user-1")); code != http.StatusForbidden {
		t.Errorf("got %d for a token without the permission", code)
	}
	if code := statusOf(t, handler, other); code != http.StatusOK {
		t.Errorf("got %d", code)
	}
	service.RevokeUser("user-1")
	await(t, "the revocation", func() bool { return statusOf(t, handler, revoked) == http.StatusUnauthorized })
	if code := statusOf(t, handler, other); code != http.StatusOK {
		t.Errorf("got %d for another user's token", code)
	}
	service.GoAway()
	if code := statusOf(t, handler, other); code != http.StatusOK {
		t.Errorf("got %d for a known token while the service is away", code)
	}
	if more := callsOf(service, "ValidateToken") - asked; more != 2 {
		t.Errorf("asked %d times about two other tokens", more)
	}
}

func TestBeyondTheBoundAGuardRefusesAsUnavailable(t *testing.T) {
	service, _ := startService(t)
	client := connect(t, service.Address(), securetoken.WithInsecure(), securetoken.WithTimeout(300*time.Millisecond))
	verifier, err := securetoken.NewVerifier(client,
		securetoken.WithMaxStaleness(longestStaleness), securetoken.WithVerifierClock(service.Clock()))
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	guard, err := securetoken.NewGuard(client, securetoken.WithVerifier(verifier))
	if err != nil {
		t.Fatal(err)
	}
	handler := guard.HTTP("notes:read")(tellUser)
	token := service.Issue("user-1", "notes:read")
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	await(t, "a first answer", func() bool { return statusOf(t, handler, token) == http.StatusOK })
	service.GoAway()
	awaitEndOfFeed(t, verifier)
	service.Advance(longestStaleness + time.Second)
	if code := statusOf(t, handler, token); code != http.StatusServiceUnavailable {
		t.Errorf("got %d beyond the bound", code)
	}
	service.ComeBack()
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	if code := statusOf(t, handler, token); code != http.StatusOK {
		t.Errorf("got %d after the service came back", code)
	}
	guard.Close() // of another's verifier: nothing ends
	if !verifier.Stats().IsVouching {
		t.Error("the guard has closed a verifier that others share")
	}
}

func TestWatchingOverGRPC(t *testing.T) {
	calls := map[string]func(context.Context, healthpb.HealthClient) error{
		"unary": func(ctx context.Context, client healthpb.HealthClient) error {
			_, err := client.Check(ctx, &healthpb.HealthCheckRequest{})
			return err
		},
		"stream": func(ctx context.Context, client healthpb.HealthClient) error {
			stream, err := client.Watch(ctx, &healthpb.HealthCheckRequest{})
			if err == nil {
				_, err = stream.Recv()
			}
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			service, _ := startService(t)
			client := connect(t, service.Address(), securetoken.WithInsecure(), securetoken.WithTimeout(300*time.Millisecond))
			verifier, err := securetoken.NewVerifier(client,
				securetoken.WithMaxStaleness(longestStaleness), securetoken.WithVerifierClock(service.Clock()))
			if err != nil {
				t.Fatal(err)
			}
			defer verifier.Close()
			guard, err := securetoken.NewGuard(client, securetoken.WithVerifier(verifier))
			if err != nil {
				t.Fatal(err)
			}
			health, _ := guardedBy(t, guard, securetoken.Policy{wholeHealth: securetoken.Require("notes:read")})
			codeOf := func(token string) codes.Code {
				ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
				defer cancel()
				ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer "+token)
				return status.Code(call(ctx, health))
			}
			revoked, other := service.Issue("user-1", "notes:read"), service.Issue("user-2", "notes:read")
			await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
			for _, token := range []string{revoked, other, revoked, other} {
				if code := codeOf(token); code != codes.OK {
					t.Fatalf("got %v", code)
				}
			}
			service.RevokeUser("user-1")
			await(t, "the feed's message", func() bool { return verifier.Stats().Revocations == 1 })
			if code := codeOf(revoked); code != codes.Unauthenticated {
				t.Errorf("got %v for a revoked token", code)
			}
			if asked := callsOf(service, "ValidateToken"); asked != 2 {
				t.Errorf("asked %d times about two tokens", asked)
			}
			service.GoAway()
			awaitEndOfFeed(t, verifier)
			if code := codeOf(other); code != codes.OK {
				t.Errorf("got %v for a known token while the service is away", code)
			}
			service.Advance(longestStaleness + time.Second)
			if code := codeOf(other); code != codes.Unavailable {
				t.Errorf("got %v beyond the bound", code)
			}
		})
	}
}
