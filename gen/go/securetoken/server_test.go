package securetoken_test

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

func TestTheRealServer(t *testing.T) {
	client := connect(t, startServer(t), securetoken.WithInsecure())
	ctx := t.Context()
	issued, err := client.GenerateToken(ctx, "user-1",
		securetoken.Permissions("read", "write"),
		securetoken.ExpiresIn(90*time.Minute),
		securetoken.AdditionalData(map[string]any{"team": "blue", "level": 3}))
	if err != nil {
		t.Fatal(err)
	}
	if lifetime := issued.ExpiresAt.Sub(issued.IssuedAt); lifetime != 90*time.Minute {
		t.Errorf("lives for %v", lifetime)
	}

	t.Run("ValidateToken", func(t *testing.T) {
		token, err := client.ValidateToken(ctx, issued.Token)
		if err != nil {
			t.Fatal(err)
		}
		if token.TokenID != issued.TokenID || token.UserID != "user-1" || !token.IssuedAt.Equal(issued.IssuedAt) ||
			!token.HasPermission("write") || token.AdditionalData["level"] != 3.0 {
			t.Errorf("got %+v", token)
		}
		if token.TimeRemaining <= 0 || token.TimeRemaining > 90*time.Minute {
			t.Errorf("remains %v", token.TimeRemaining)
		}
	})
	t.Run("CheckPermission", func(t *testing.T) {
		if err := client.CheckPermission(ctx, issued.Token, "read"); err != nil {
			t.Error(err)
		}
		err := client.CheckPermission(ctx, issued.Token, "admin")
		var denied *securetoken.TokenError
		if !errors.Is(err, securetoken.ErrPermissionDenied) || !errors.As(err, &denied) || denied.RequiredPermission != "admin" {
			t.Errorf("got %v", err)
		}
	})
	t.Run("CheckPermissions", func(t *testing.T) {
		results, err := client.CheckPermissions(ctx, issued.Token, "read", "admin")
		if err != nil || len(results) != 2 || !results[0].Granted || results[1].Granted {
			t.Errorf("got %v, %v", results, err)
		}
	})
	t.Run("BatchValidateTokens", func(t *testing.T) {
		results, err := client.BatchValidateTokens(ctx, issued.Token, "forged")
		if err != nil || len(results) != 2 || results[0].Token.UserID != "user-1" ||
			!errors.Is(results[1].Err, securetoken.ErrInvalidToken) {
			t.Errorf("got %v, %v", results, err)
		}
	})
	t.Run("RefreshToken", func(t *testing.T) {
		fresh, err := client.RefreshToken(ctx, issued.Token, securetoken.ExpiresIn(time.Hour))
		if err != nil || fresh.TokenID == issued.TokenID || fresh.SessionID != issued.SessionID {
			t.Errorf("got %v, %v", fresh, err)
		}
	})
	t.Run("GetTokenInfo", func(t *testing.T) {
		info, err := client.GetTokenInfo(ctx, issued.Token)
		if err != nil || info.KeyID == "" || !info.CreatedAt.Equal(issued.IssuedAt) || info.SessionID != issued.SessionID {
			t.Errorf("got %v, %v", info, err)
		}
	})
	t.Run("IntrospectToken", func(t *testing.T) {
		found, err := client.IntrospectToken(ctx, issued.Token)
		if err != nil || found.State != securetoken.StateActive || found.Token.TokenID != issued.TokenID {
			t.Errorf("got %v, %v", found, err)
		}
		found, err = client.IntrospectToken(ctx, "forged")
		if err != nil || found.State != securetoken.StateInvalid || found.Token != nil {
			t.Errorf("got %v, %v", found, err)
		}
	})
	t.Run("ExportConfig", func(t *testing.T) {
		config, err := client.ExportConfig(ctx)
		if err != nil || config.Algorithm != "Fernet-PBKDF2-SHA256" || config.Iterations != 100000 ||
			len(config.Salt) < 16 || config.DefaultExpiresIn <= 0 || len(config.Keys) == 0 || config.Keys[0].State != securetoken.KeyPrimary {
			t.Errorf("got %+v, %v", config, err)
		}
	})
	t.Run("an expired token", func(t *testing.T) {
		brief, err := client.GenerateToken(ctx, "user-1", securetoken.ExpiresIn(time.Microsecond))
		if err != nil {
			t.Fatal(err)
		}
		// The server's clock ticks in milliseconds, and it may do both within one.
		time.Sleep(5 * time.Millisecond)
		_, err = client.ValidateToken(ctx, brief.Token)
		var expired *securetoken.TokenError
		if !errors.Is(err, securetoken.ErrTokenExpired) || !errors.As(err, &expired) || !expired.ExpiredAt.Equal(brief.ExpiresAt) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a broken rule", func(t *testing.T) {
		_, err := client.GenerateToken(ctx, "user-1", securetoken.ExpiresIn(0))
		var refused *securetoken.TokenError
		if !errors.As(err, &refused) || refused.Field != "expiresIn" || status.Code(err) != codes.InvalidArgument {
			t.Errorf("got %v", err)
		}
	})
}
