package securetoken_test

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"securetoken.dev/go/securetoken"
)

func TestResultsAsJSON(t *testing.T) {
	client := answering(validResponse(), nil).newClient(t)
	valid, err := client.ValidateToken(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	valid.SessionID, valid.KeyID = "s", "k"
	valid.TimeRemaining = time.Hour - 352*time.Microsecond
	claims := `"tokenId":"id-1","userId":"user-1","permissions":[],` +
		`"issuedAt":"2030-01-02T03:04:05.678901Z","expiresAt":"2030-01-02T04:04:05.678901Z","additionalData":{},"sessionId":"s","keyId":"k"`
	started := `,"timeRemaining":"3599.999648s","sessionStartedAt":"2030-01-02T03:04:05.678901Z"`
	info := securetoken.TokenInfo{ValidToken: *valid, CreatedAt: issued}
	for want, value := range map[string]any{
		`{` + claims + `}`:           valid.Claims,
		`{` + claims + started + `}`: valid,
		`{` + claims + started + `,"createdAt":"2030-01-02T03:04:05.678901Z","isRevoked":false}`: info,
		`{` + claims + `,"token":"t","clamped":true}`: securetoken.IssuedToken{
			Claims: valid.Claims, Token: "t", Clamped: true,
		},
		`{"claims":{` + claims + started + `}}`: securetoken.BatchResult{Token: valid},
		`{"error":{"kind":"INVALID_TOKEN","reason":"TOKEN_MALFORMED","message":"told"}}`: securetoken.BatchResult{
			Err: &securetoken.TokenError{Kind: securetoken.KindInvalidToken, Reason: "TOKEN_MALFORMED", Message: "told"},
		},
		`{"permission":"read","granted":true}`: securetoken.PermissionResult{Permission: "read", Granted: true},
		`{"state":"INVALID","keyId":""}`:       securetoken.Introspection{State: securetoken.StateInvalid},
		`{"algorithm":"a","version":"1.0","iterations":1,"salt":"AQ==","keys":[{"keyId":"k","state":"PRIMARY"}],` +
			`"serverVersion":"0.1.0","caller":"gateway","callerRpcs":["ExportConfig"],` +
			`"defaultExpiresIn":"86400s"}`: securetoken.ServerConfig{
			Algorithm: "a", Version: "1.0", Iterations: 1, Salt: []byte{1}, DefaultExpiresIn: 24 * time.Hour,
			Keys:          []securetoken.KeyInfo{{KeyID: "k", State: securetoken.KeyPrimary}},
			ServerVersion: "0.1.0", Caller: "gateway", CallerRPCs: []string{"ExportConfig"},
		},
	} {
		if got, err := json.Marshal(value); err != nil || string(got) != want {
			t.Errorf("%T: got %s, %v", value, got, err)
		}
	}
	text, _ := json.Marshal(info)
	var read securetoken.TokenInfo
	if err := json.Unmarshal(text, &read); err != nil || !reflect.DeepEqual(read, info) {
		t.Errorf("read again as %+v, %v", read, err)
	}
}
