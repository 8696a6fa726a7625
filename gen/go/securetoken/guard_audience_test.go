package securetoken_test

import (
	"context"
	"errors"
	"net/http"
	"path"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

func TestAGuardForAnAudienceAdmitsItsTokensAlone(t *testing.T) {
	service, client := startService(t)
	issue := func(audiences ...string) string {
		issued, err := client.GenerateToken(t.Context(), "user-1",
			securetoken.Permissions("read"), securetoken.Audiences(audiences...))
		if err != nil || !slices.Equal(issued.Audiences, audiences) {
			t.Fatalf("got %+v, %v", issued, err)
		}
		return issued.Token
	}
	own, others, unnamed := issue("stock", "orders"), issue("stock", "Orders"), issue()
	for name, option := range map[string]securetoken.GuardOption{
		"asking":   securetoken.WithCache(0, 0),
		"caching":  securetoken.WithCache(time.Minute, 10),
		"watching": securetoken.WithWatch(securetoken.WithVerifierClock(service.Clock())),
	} {
		t.Run(name, func(t *testing.T) {
			guard, err := securetoken.NewGuard(client, option, securetoken.WithAudience("orders"))
			if err != nil {
				t.Fatal(err)
			}
			defer guard.Close()
			handler := guard.HTTP("read")(tellUser)
			for range 2 { // the second time it may be known
				if status := statusOf(t, handler, own); status != http.StatusOK {
					t.Errorf("its own token: %d", status)
				}
				for _, token := range []string{others, unnamed} {
					if status := statusOf(t, handler, token); status != http.StatusUnauthorized {
						t.Errorf("another's token: %d", status)
					}
				}
			}
		})
	}
}

func TestAGuardForAnAudienceWithoutANameIsNotMade(t *testing.T) {
	_, client := startService(t)
	if _, err := securetoken.NewGuard(client, securetoken.WithAudience("")); err == nil {
		t.Error("the guard was made")
	}
}

func TestACallForAnAudienceTakesItsTokensAlone(t *testing.T) {
	_, client := startService(t)
	issue := func(audiences ...string) string {
		issued, err := client.GenerateToken(t.Context(), "user-1",
			securetoken.Permissions("read"), securetoken.Audiences(audiences...))
		if err != nil {
			t.Fatal(err)
		}
		return issued.Token
	}
	own, others := issue("stock", "orders"), []string{issue("stock", "Orders"), issue()}
	for name, check := range audienceChecks {
		t.Run(name, func(t *testing.T) {
			orders := client.WithAudience("orders")
			if err := check(t.Context(), orders, own); err != nil {
				t.Errorf("its own token: %v", err)
			}
			for _, token := range others {
				var refused *securetoken.TokenError
				err := check(t.Context(), orders, token)
				if !errors.Is(err, securetoken.ErrInvalidToken) || !errors.As(err, &refused) ||
					refused.Reason != securetoken.ReasonAudienceMismatch || refused.Metadata["audience"] != "orders" {
					t.Errorf("another's token: %v", err)
				}
				if err := check(t.Context(), client, token); err != nil {
					t.Errorf("the client itself requires none: %v", err)
				}
			}
			for _, audience := range []string{"", "half\xff"} {
				var refused *securetoken.TokenError
				err := check(t.Context(), client.WithAudience(audience), own)
				if !errors.As(err, &refused) || refused.Reason != securetoken.ReasonAudienceInvalid {
					t.Errorf("an audience that requires none, %q: %v", audience, err)
				}
			}
			old := deaf().newClient(t).WithAudience("orders")
			if err := check(t.Context(), old, own); status.Code(err) != codes.Internal {
				t.Errorf("a server that did not check: %v", err)
			}
		})
	}
	valid, err := client.WithAudience("orders").ValidateToken(t.Context(), own)
	if err != nil || valid.CheckedAudience != "orders" || !slices.Equal(valid.Audiences, []string{"stock", "orders"}) {
		t.Errorf("got %+v, %v", valid, err)
	}
}

var audienceChecks = map[string]func(context.Context, *securetoken.Client, string) error{
	"ValidateToken": func(ctx context.Context, client *securetoken.Client, token string) error {
		_, err := client.ValidateToken(ctx, token)
		return err
	},
	"CheckPermission": func(ctx context.Context, client *securetoken.Client, token string) error {
		return client.CheckPermission(ctx, token, "read")
	},
	"CheckPermissions": func(ctx context.Context, client *securetoken.Client, token string) error {
		_, err := client.CheckPermissions(ctx, token, "read")
		return err
	},
	"BatchValidateTokens": func(ctx context.Context, client *securetoken.Client, token string) error {
		results, err := client.BatchValidateTokens(ctx, token)
		if err != nil {
			return err
		}
		return results[0].Err
	},
}

// deaf is a server that is too old to know of audiences, and calls every token valid.
func deaf() *fakeService {
	return &fakeService{answer: func(_ context.Context, rpc string, _ proto.Message) (proto.Message, error) {
		now := timestamppb.Now()
		switch path.Base(rpc) {
		case "ValidateToken":
			return &securetokenv1.ValidateTokenResponse{
				Valid: true, IssuedAt: now, ExpiresAt: now, TimeRemaining: durationpb.New(time.Hour),
			}, nil
		case "CheckPermission":
			return &securetokenv1.CheckPermissionResponse{Granted: true}, nil
		case "CheckPermissions":
			result := &securetokenv1.PermissionResult{Permission: "read", Granted: true}
			return &securetokenv1.CheckPermissionsResponse{Results: []*securetokenv1.PermissionResult{result}}, nil
		default:
			claims := &securetokenv1.BatchValidateTokensResult_Claims{Claims: &securetokenv1.TokenClaims{
				IssuedAt: now, ExpiresAt: now, TimeRemaining: durationpb.New(time.Hour),
			}}
			results := []*securetokenv1.BatchValidateTokensResult{{Result: claims}}
			return &securetokenv1.BatchValidateTokensResponse{Results: results}, nil
		}
	}}
}

func TestAVerifierForAnAudienceTakesItsTokensAlone(t *testing.T) {
	service, client := startService(t)
	issue := func(audiences ...string) string {
		issued, err := client.GenerateToken(t.Context(), "user-1", securetoken.Audiences(audiences...))
		if err != nil {
			t.Fatal(err)
		}
		return issued.Token
	}
	own, others := issue("stock", "orders"), []string{issue("stock", "Orders"), issue()}
	clock := securetoken.WithVerifierClock(service.Clock())
	for name, open := range map[string]func() (*securetoken.Verifier, error){
		"by an option": func() (*securetoken.Verifier, error) {
			return securetoken.NewVerifier(client, clock, securetoken.WithVerifierAudience("orders"))
		},
		"by its client": func() (*securetoken.Verifier, error) {
			return securetoken.NewVerifier(client.WithAudience("orders"), clock)
		},
	} {
		t.Run(name, func(t *testing.T) {
			verifier, err := open()
			if err != nil {
				t.Fatal(err)
			}
			defer verifier.Close()
			for range 2 { // the second time they may be kept
				if _, err := verifier.Verify(t.Context(), own); err != nil {
					t.Errorf("its own token: %v", err)
				}
				for _, token := range others {
					var refused *securetoken.TokenError
					_, err := verifier.Verify(t.Context(), token)
					if !errors.As(err, &refused) || refused.Reason != securetoken.ReasonAudienceMismatch {
						t.Errorf("another's token: %v", err)
					}
				}
			}
		})
	}
	if _, err := securetoken.NewVerifier(client, securetoken.WithVerifierAudience("")); err == nil {
		t.Error("a verifier for an audience without a name was made")
	}
}

func TestAGuardOverAViewOfTheClientRequiresItsAudience(t *testing.T) {
	service, client := startService(t)
	shared, err := securetoken.NewVerifier(client, securetoken.WithVerifierClock(service.Clock()))
	if err != nil {
		t.Fatal(err)
	}
	defer shared.Close()
	for name, option := range map[string]securetoken.GuardOption{
		"asking":                               securetoken.WithCache(0, 0),
		"by a verifier that takes every token": securetoken.WithVerifier(shared),
	} {
		guard, err := securetoken.NewGuard(client.WithAudience("orders"), option)
		if err != nil {
			t.Fatal(err)
		}
		for audience, expected := range map[string]int{"orders": http.StatusOK, "stock": http.StatusUnauthorized} {
			issued, err := client.GenerateToken(t.Context(), "user-1",
				securetoken.Permissions("read"), securetoken.Audiences(audience))
			if err != nil {
				t.Fatal(err)
			}
			if got := statusOf(t, guard.HTTP("read")(tellUser), issued.Token); got != expected {
				t.Errorf("%s, a token for %s: %d", name, audience, got)
			}
		}
	}
	if _, err := securetoken.NewGuard(client.WithAudience("")); err == nil {
		t.Error("a guard for an audience without a name was made")
	}
}

func TestARefreshedTokenKeepsItsAudiences(t *testing.T) {
	_, client := startService(t)
	first, err := client.GenerateToken(t.Context(), "user-1", securetoken.Audiences("orders"))
	if err != nil {
		t.Fatal(err)
	}
	renewed, err := client.RefreshToken(t.Context(), first.Token)
	if err != nil || !slices.Equal(renewed.Audiences, []string{"orders"}) {
		t.Fatalf("got %+v, %v", renewed, err)
	}
}
