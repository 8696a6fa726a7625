package securetoken_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"testing"
	"time"

	"securetoken.dev/go/securetoken"
)

func TestRevocationsOfTheRealServer(t *testing.T) {
	client := connect(t, runServer(t, "DATA_DIR="+t.TempDir()), securetoken.WithInsecure())
	ctx := t.Context()
	issue := func(userID string) *securetoken.IssuedToken {
		t.Helper()
		issued, err := client.GenerateToken(ctx, userID)
		if err != nil {
			t.Fatal(err)
		}
		return issued
	}
	one, two, three, four := issue("user-1"), issue("user-2"), issue("user-3"), issue("user-4")
	valid, err := client.ValidateToken(ctx, one.Token)
	if err != nil || valid.SessionID != one.SessionID || valid.SessionID == "" || valid.KeyID == "" || valid.KeyID != one.KeyID {
		t.Errorf("got %+v, %v", valid, err)
	}
	why := securetoken.RevokeReason("a test")
	for name, revoke := range map[string]func() (securetoken.RevocationOutcome, error){
		"a token":   func() (securetoken.RevocationOutcome, error) { return client.RevokeToken(ctx, one.Token, why) },
		"a session": func() (securetoken.RevocationOutcome, error) { return client.RevokeSession(ctx, two.SessionID) },
		"a user":    func() (securetoken.RevocationOutcome, error) { return client.RevokeUser(ctx, "user-3") },
	} {
		if outcome, err := revoke(); err != nil || outcome != securetoken.OutcomeRevoked {
			t.Errorf("%s: got %v, %v", name, outcome, err)
		}
	}
	outcomes, err := client.RevokeTokens(ctx, []securetoken.RevocationTarget{
		securetoken.TargetTokenID(four.TokenID, four.ExpiresAt),
		securetoken.TargetToken("forged"),
		securetoken.TargetTokenID("long-gone", time.Unix(1, 0)),
	})
	want := []securetoken.RevocationOutcome{
		securetoken.OutcomeRevoked, securetoken.OutcomeNotAuthentic, securetoken.OutcomeAlreadyExpired,
	}
	if err != nil || !slices.Equal(outcomes, want) {
		t.Errorf("got %v, %v", outcomes, err)
	}
	for _, issued := range []*securetoken.IssuedToken{one, two, three, four} {
		_, err := client.ValidateToken(ctx, issued.Token)
		var facts *securetoken.TokenError
		if !errors.As(err, &facts) || facts.Reason != securetoken.ReasonTokenRevoked {
			t.Errorf("%s: got %v", issued.UserID, err)
		}
	}
	page, err := client.ListRevocations(ctx, securetoken.RevocationFilter{TokenID: one.TokenID})
	if err != nil || len(page.Revocations) != 1 || page.Revocations[0].TokenID != one.TokenID ||
		page.Revocations[0].Reason != "a test" || page.Revocations[0].RevokedAt.IsZero() {
		t.Errorf("got %+v, %v", page, err)
	}
	page, err = client.ListRevocations(ctx, securetoken.RevocationFilter{UserID: "user-3"})
	digest := sha256.Sum256([]byte("user-3"))
	if err != nil || len(page.Revocations) != 1 || !slices.Equal(page.Revocations[0].UserIDSHA256, digest[:]) ||
		page.Revocations[0].IssuedBefore.IsZero() {
		t.Errorf("got %+v, %v", page, err)
	}
	first, err := client.ListRevocations(ctx, securetoken.RevocationFilter{PageSize: 3})
	if err != nil || len(first.Revocations) != 3 || first.NextPageToken == "" {
		t.Fatalf("got %+v, %v", first, err)
	}
	rest, err := client.ListRevocations(ctx, securetoken.RevocationFilter{PageSize: 3, PageToken: first.NextPageToken})
	if err != nil || len(rest.Revocations) != 1 || rest.NextPageToken != "" {
		t.Errorf("got %+v, %v", rest, err)
	}
}

func TestRevocationsThatNoMessageCarries(t *testing.T) {
	client := answering(validResponse(), nil).newClient(t)
	for field, target := range map[string]securetoken.RevocationTarget{
		"targets[0]":                 {},
		"targets[0].sessionId":       securetoken.TargetSession("\xff"),
		"targets[0].user.userId":     securetoken.TargetUser("\xff", time.Time{}),
		"targets[0].tokenId.tokenId": securetoken.TargetTokenID("\xff", time.Time{}),
	} {
		_, err := client.RevokeTokens(t.Context(), []securetoken.RevocationTarget{target})
		var facts *securetoken.TokenError
		if !errors.As(err, &facts) || facts.Field != field || facts.Reason != securetoken.ReasonRevocationInvalid {
			t.Errorf("%s: got %v", field, err)
		}
	}
}
