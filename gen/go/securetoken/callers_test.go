package securetoken_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

// TestTheRealServerAndItsCallers reaches it over TLS, with an API key that may do some things.
func TestTheRealServerAndItsCallers(t *testing.T) {
	files := newCertificates(t)
	key := "stk_" + fmt.Sprintf("%043d", 7)
	callers := filepath.Join(t.TempDir(), "callers.json")
	text := fmt.Sprintf(`{"callers": [{
		"name": "go-tests",
		"api_keys": [{"sha256": "%x"}],
		"rpcs": ["GenerateToken", "ValidateToken"],
		"grants": {"permissions": ["notes:*"], "user_id": "user-*", "max_expires_in_hours": 24}
	}]}`, sha256.Sum256([]byte(key)))
	if err := os.WriteFile(callers, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	address := runServer(t, "CALLERS_FILE="+callers, "TLS_CERT_FILE="+files.server, "TLS_KEY_FILE="+files.serverKey)
	known := connect(t, address, securetoken.WithCAFile(files.ca), securetoken.WithAPIKey(key))
	ctx := t.Context()
	issued, err := known.GenerateToken(ctx, "user-1", securetoken.Permissions("notes:read"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := known.ValidateToken(ctx, issued.Token); err != nil {
		t.Error(err)
	}
	if _, err := known.ValidateToken(ctx, "forged"); !errors.Is(err, securetoken.ErrInvalidToken) {
		t.Errorf("a forged token: got %v", err)
	}

	_, grantErr := known.GenerateToken(ctx, "user-1", securetoken.Permissions("admin"))
	_, rpcErr := known.ExportConfig(ctx)
	_, unknownErr := connect(t, address, securetoken.WithCAFile(files.ca)).ValidateToken(ctx, issued.Token)
	_, wrongErr := connect(t, address, securetoken.WithCAFile(files.ca), securetoken.WithAPIKey(key+"0")).
		ValidateToken(ctx, issued.Token)
	for name, it := range map[string]struct {
		err  error
		want codes.Code
	}{
		"a permission it may not grant": {grantErr, codes.PermissionDenied},
		"an RPC it may not call":        {rpcErr, codes.PermissionDenied},
		"no key":                        {unknownErr, codes.Unauthenticated},
		"a wrong key":                   {wrongErr, codes.Unauthenticated},
	} {
		if status.Code(it.err) != it.want || errors.Is(it.err, securetoken.ErrToken) {
			t.Errorf("%s: got %v", name, it.err)
		}
	}
}

// TestTheRealServerByTheWrongProtocol asks its TLS port in plaintext, and its plaintext port with TLS.
func TestTheRealServerByTheWrongProtocol(t *testing.T) {
	files := newCertificates(t)
	secure := runServer(t, "TLS_CERT_FILE="+files.server, "TLS_KEY_FILE="+files.serverKey)
	open := runServer(t)
	for name, it := range map[string]struct {
		client *securetoken.Client
		says   string
	}{
		"plaintext to TLS": {connect(t, secure, securetoken.WithInsecure(), securetoken.WithTimeout(time.Second)), "speaks TLS"},
		"TLS to plaintext": {connect(t, open, securetoken.WithCAFile(files.ca), securetoken.WithTimeout(time.Second)), "not speak TLS"},
	} {
		var unavailable *securetoken.ServiceUnavailableError
		if err := validate(t, it.client); !errors.As(err, &unavailable) || !strings.Contains(err.Error(), it.says) {
			t.Errorf("%s: got %v", name, err)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}
