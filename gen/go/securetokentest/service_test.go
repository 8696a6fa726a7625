package securetokentest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
	"securetoken.dev/go/securetokentest"
)

func Example() {
	service := securetokentest.NewService()
	defer service.Close()
	client, err := securetoken.New(service.Address(), securetoken.WithInsecure())
	if err != nil {
		panic(err)
	}
	defer client.Close()

	token := service.Issue("user_123", "notes:read")
	valid, err := client.ValidateToken(context.Background(), token)
	fmt.Println(valid.UserID, err)
	service.Revoke(token)
	_, err = client.ValidateToken(context.Background(), token)
	fmt.Println(errors.Is(err, securetoken.ErrInvalidToken))
	// Output:
	// user_123 <nil>
	// true
}

func start(t *testing.T) (*securetokentest.Service, *securetoken.Client) {
	t.Helper()
	service := securetokentest.NewService()
	t.Cleanup(service.Close)
	client, err := securetoken.New(service.Address(), securetoken.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return service, client
}

// must ends the test for an error.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func mustBeRefused(t *testing.T, err error, kind error, reason securetoken.Reason) {
	t.Helper()
	var refused *securetoken.TokenError
	if !errors.Is(err, kind) || !errors.As(err, &refused) || refused.Reason != reason {
		t.Errorf("got %v instead of %s", err, reason)
	}
}

func TestATokenIsValidUntilItExpiresOrIsRevoked(t *testing.T) {
	service, client := start(t)
	ctx := t.Context()
	token := service.IssueFor(time.Minute, "user-1", "notes:read")
	valid := must[*securetoken.ValidToken](t)(client.ValidateToken(ctx, token))
	if valid.UserID != "user-1" || !slices.Equal(valid.Permissions, []string{"notes:read"}) ||
		valid.SessionID != valid.TokenID || valid.TimeRemaining > time.Minute {
		t.Errorf("got %+v", valid)
	}
	service.Advance(61 * time.Second)
	_, err := client.ValidateToken(ctx, token)
	mustBeRefused(t, err, securetoken.ErrTokenExpired, securetoken.ReasonTokenExpired)
	late := service.Issue("user-1")
	service.Expire(late)
	_, err = client.ValidateToken(ctx, late)
	mustBeRefused(t, err, securetoken.ErrTokenExpired, securetoken.ReasonTokenExpired)
	for name, revoke := range map[string]func(token string, valid *securetoken.ValidToken){
		"token":   func(token string, _ *securetoken.ValidToken) { service.Revoke(token) },
		"session": func(_ string, valid *securetoken.ValidToken) { service.RevokeSession(valid.SessionID) },
		"user":    func(_ string, valid *securetoken.ValidToken) { service.RevokeUser(valid.UserID) },
	} {
		token := service.Issue("user-of-" + name)
		other := service.Issue("user-2")
		revoke(token, must[*securetoken.ValidToken](t)(client.ValidateToken(ctx, token)))
		_, err := client.ValidateToken(ctx, token)
		mustBeRefused(t, err, securetoken.ErrInvalidToken, securetoken.ReasonTokenRevoked)
		must[*securetoken.ValidToken](t)(client.ValidateToken(ctx, other))
	}
	_, err = client.ValidateToken(ctx, "no token")
	mustBeRefused(t, err, securetoken.ErrInvalidToken, securetoken.ReasonTokenMalformed)
}

func TestEveryCallButTheConfigurationIsServed(t *testing.T) {
	service, client := start(t)
	ctx := t.Context()
	data := map[string]any{"team": "red"}
	issued := must[*securetoken.IssuedToken](t)(client.GenerateToken(ctx, "user-1",
		securetoken.Permissions("notes:read"), securetoken.AdditionalData(data)))
	if err := client.CheckPermission(ctx, issued.Token, "notes:read"); err != nil {
		t.Error(err)
	}
	err := client.CheckPermission(ctx, issued.Token, "notes:write")
	mustBeRefused(t, err, securetoken.ErrPermissionDenied, securetoken.ReasonPermissionNotGranted)
	renewed := must[*securetoken.IssuedToken](t)(client.RefreshToken(ctx, issued.Token, securetoken.RevokeOld()))
	if renewed.SessionID != issued.SessionID || renewed.AdditionalData["team"] != "red" {
		t.Errorf("got %+v", renewed)
	}
	info := must[*securetoken.TokenInfo](t)(client.GetTokenInfo(ctx, renewed.Token))
	if info.TokenID != renewed.TokenID {
		t.Errorf("got %+v", info)
	}
	known := must[*securetoken.Introspection](t)(client.IntrospectToken(ctx, issued.Token))
	if known.State != securetoken.StateRevoked {
		t.Errorf("got %+v", known)
	}
	both := must[[]securetoken.BatchResult](t)(client.BatchValidateTokens(ctx, issued.Token, renewed.Token))
	if both[0].Err == nil || both[1].Err != nil {
		t.Errorf("got %+v", both)
	}
	page := must[*securetoken.RevocationPage](t)(client.ListRevocations(ctx, securetoken.RevocationFilter{}))
	if len(page.Revocations) != 1 || page.Revocations[0].TokenID != issued.TokenID {
		t.Errorf("got %+v", page)
	}
	if _, err := client.ExportConfig(ctx); status.Code(err) != codes.Unimplemented {
		t.Errorf("got %v", err)
	}
	if calls := service.Calls(); !slices.Equal(calls[:2], []string{"GenerateToken", "CheckPermission"}) {
		t.Errorf("got %v", calls)
	}
}

func TestItGoesAwayAndComesBackWithWhatItKnew(t *testing.T) {
	service, client := start(t)
	token := service.Issue("user-1")
	must[*securetoken.ValidToken](t)(client.ValidateToken(t.Context(), token))
	service.GoAway()
	soon, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := client.ValidateToken(soon, token); err == nil || errors.Is(err, securetoken.ErrToken) {
		t.Errorf("got %v", err)
	}
	service.ComeBack()
	service.ComeBack()
	must[*securetoken.ValidToken](t)(client.ValidateToken(t.Context(), token))
	service.Revoke(token)
	_, err := client.ValidateToken(t.Context(), token)
	mustBeRefused(t, err, securetoken.ErrInvalidToken, securetoken.ReasonTokenRevoked)
}
