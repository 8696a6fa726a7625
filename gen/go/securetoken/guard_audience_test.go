package securetoken_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

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
