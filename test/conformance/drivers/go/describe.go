package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

func describeClaims(claims securetoken.Claims) map[string]any {
	return map[string]any{
		"tokenId":        claims.TokenID,
		"userId":         claims.UserID,
		"permissions":    claims.Permissions,
		"issuedAt":       claims.IssuedAt.Format(time.RFC3339Nano),
		"expiresAt":      claims.ExpiresAt.Format(time.RFC3339Nano),
		"additionalData": claims.AdditionalData,
		"sessionId":      claims.SessionID,
		"keyId":          claims.KeyID,
		"audiences":      append([]string{}, claims.Audiences...),
	}
}

func describeRemaining(token securetoken.ValidToken) map[string]any {
	described := describeClaims(token.Claims)
	described["timeRemaining"] = formatSeconds(token.TimeRemaining)
	described["timeRemainingText"] = securetoken.FormatDuration(token.TimeRemaining)
	described["sessionStartedAt"] = token.SessionStartedAt.Format(time.RFC3339Nano)
	if token.CheckedAudience != "" {
		described["checkedAudience"] = token.CheckedAudience
	}
	return described
}

func describeValid(token *securetoken.ValidToken) map[string]any {
	described := describeRemaining(*token)
	described["valid"] = true
	return described
}

func describeIssued(token *securetoken.IssuedToken) map[string]any {
	described := describeClaims(token.Claims)
	described["token"] = token.Token
	if token.Clamped {
		described["clamped"] = true
	}
	return described
}

func describeInfo(info *securetoken.TokenInfo) map[string]any {
	described := describeValid(&info.ValidToken)
	described["createdAt"] = info.CreatedAt.Format(time.RFC3339Nano)
	described["isRevoked"] = info.IsRevoked
	return described
}

func describeIntrospection(found *securetoken.Introspection) map[string]any {
	described := map[string]any{"state": "TOKEN_STATE_" + found.State, "keyId": found.KeyID}
	if found.Token != nil {
		described["claims"] = describeRemaining(*found.Token)
	}
	return described
}

func describePermissions(results []securetoken.PermissionResult) map[string]any {
	described := make([]map[string]any, len(results))
	for i, result := range results {
		described[i] = map[string]any{"permission": result.Permission, "granted": result.Granted}
	}
	return map[string]any{"results": described}
}

func describeBatch(results []securetoken.BatchResult) map[string]any {
	described := make([]map[string]any, len(results))
	for i, result := range results {
		if result.Err != nil {
			described[i] = map[string]any{"error": describeError(result.Err)}
		} else {
			described[i] = map[string]any{"claims": describeRemaining(*result.Token)}
		}
	}
	return map[string]any{"results": described}
}

func describeConfig(config *securetoken.ServerConfig) map[string]any {
	keys := make([]map[string]any, len(config.Keys))
	for i, key := range config.Keys {
		keys[i] = map[string]any{"keyId": key.KeyID, "state": "KEY_STATE_" + key.State}
	}
	return map[string]any{
		"algorithm":        config.Algorithm,
		"version":          config.Version,
		"iterations":       config.Iterations,
		"salt":             config.Salt,
		"defaultExpiresIn": formatSeconds(config.DefaultExpiresIn),
		"serverVersion":    config.ServerVersion,
		"caller":           config.Caller,
		"callerRpcs":       config.CallerRPCs,
		"keys":             keys,
	}
}

func describeOutcomes(outcomes []securetoken.RevocationOutcome) map[string]any {
	results := make([]map[string]any, len(outcomes))
	for i, outcome := range outcomes {
		results[i] = map[string]any{"outcome": "REVOCATION_OUTCOME_" + outcome}
	}
	return map[string]any{"results": results}
}

func describePage(page *securetoken.RevocationPage) map[string]any {
	return map[string]any{"revocations": page.Revocations, "nextPageToken": page.NextPageToken}
}

// describeError tells what a user catches: errors.Is gives the kind, errors.As the facts.
func describeError(err error) map[string]any {
	var facts *securetoken.TokenError
	if !errors.As(err, &facts) {
		return map[string]any{"kind": "RPC", "code": codeName(status.Code(err)), "message": err.Error()}
	}
	described := map[string]any{
		"kind":               caughtKind(err),
		"code":               codeName(facts.Code),
		"reason":             facts.Reason,
		"field":              facts.Field,
		"message":            facts.Message,
		"metadata":           facts.Metadata,
		"requiredPermission": facts.RequiredPermission,
	}
	if !facts.ExpiredAt.IsZero() {
		described["expiredAt"] = facts.ExpiredAt.Format(time.RFC3339Nano)
	}
	return described
}

func caughtKind(err error) string {
	switch {
	case errors.Is(err, securetoken.ErrTokenExpired):
		return "TOKEN_EXPIRED"
	case errors.Is(err, securetoken.ErrInvalidToken):
		return "INVALID_TOKEN"
	case errors.Is(err, securetoken.ErrPermissionDenied):
		return "PERMISSION_DENIED"
	case errors.Is(err, securetoken.ErrToken):
		return "TOKEN_ERROR"
	default:
		return "none of the four"
	}
}

// codeName is UNAUTHENTICATED for codes.Unauthenticated.
func codeName(c codes.Code) string {
	return code.Code(c).String()
}

// formatSeconds is protojson's spelling of a duration.
func formatSeconds(d time.Duration) string {
	text := fmt.Sprintf("%d.%09ds", d/time.Second, (d % time.Second).Abs())
	if d < 0 && !strings.HasPrefix(text, "-") {
		return "-" + text
	}
	return text
}
