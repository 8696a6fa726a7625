package securetoken

import (
	"encoding/json"
	"net/http"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// RefusalReason is why a [Guard] lets a request not pass. The names are those of the guards of all
// languages.
type RefusalReason string

// The reasons of a refusal.
const (
	// RefusalTokenMissing: the request presents no bearer token.
	RefusalTokenMissing RefusalReason = "TOKEN_MISSING"
	// RefusalTokenInvalid: the token is malformed, not authentic, or revoked.
	RefusalTokenInvalid RefusalReason = "TOKEN_INVALID"
	// RefusalTokenExpired: the token is authentic, and past its expiry.
	RefusalTokenExpired RefusalReason = "TOKEN_EXPIRED"
	// RefusalPermissionMissing: the token is valid and lacks a permission, or no rule names the request.
	RefusalPermissionMissing RefusalReason = "PERMISSION_MISSING"
	// RefusalUnavailable: the token cannot be checked at present.
	RefusalUnavailable RefusalReason = "UNAVAILABLE"
)

// Refusal is what a request that may not pass is answered with. It holds nothing of the token.
type Refusal struct {
	// Reason is why.
	Reason RefusalReason
	// Status is the HTTP status: 401, 403 or 503.
	Status int
	// Challenge is the WWW-Authenticate header (RFC 6750, section 3), or empty.
	Challenge string
	// Error is the member "error" of the body: an error code of RFC 6750, "missing_token" or
	// "unavailable".
	Error string
	// Code is the gRPC status code.
	Code codes.Code
	// Message is for people.
	Message string
	// Permissions is what the request requires, where that is why it is refused.
	Permissions []string
}

// refuse makes the refusal of a reason. The permissions are those that the request requires.
func refuse(reason RefusalReason, permissions ...string) *Refusal {
	switch reason {
	case RefusalTokenMissing:
		return &Refusal{reason, http.StatusUnauthorized, "Bearer",
			"missing_token", codes.Unauthenticated, "a bearer token is required", nil}
	case RefusalTokenInvalid:
		return &Refusal{reason, http.StatusUnauthorized, `Bearer error="invalid_token"`,
			"invalid_token", codes.Unauthenticated, "the bearer token is not valid", nil}
	case RefusalTokenExpired:
		return &Refusal{reason, http.StatusUnauthorized,
			`Bearer error="invalid_token", error_description="the token has expired"`,
			"invalid_token", codes.Unauthenticated, "the bearer token has expired", nil}
	case RefusalPermissionMissing:
		challenge := `Bearer error="insufficient_scope"`
		if isScope(permissions) {
			challenge += `, scope="` + strings.Join(permissions, " ") + `"`
		}
		return &Refusal{reason, http.StatusForbidden, challenge,
			"insufficient_scope", codes.PermissionDenied, "a permission is missing", permissions}
	default:
		return &Refusal{RefusalUnavailable, http.StatusServiceUnavailable, "",
			"unavailable", codes.Unavailable, "tokens cannot be checked at present", nil}
	}
}

// isScope is for what the scope attribute of RFC 6750, section 3, can name.
func isScope(permissions []string) bool {
	for _, permission := range permissions {
		if permission == "" {
			return false
		}
		for _, char := range []byte(permission) {
			if char < '!' || char > '~' || char == '"' || char == '\\' {
				return false
			}
		}
	}
	return len(permissions) > 0
}

// WriteHTTP writes the refusal as every guard does, for a handler of the program's own that answers some
// refusals itself; see [WithRefusalHandler].
func (r *Refusal) WriteHTTP(w http.ResponseWriter, request *http.Request) {
	header := w.Header()
	if r.Challenge != "" {
		header.Set("WWW-Authenticate", r.Challenge)
	}
	if r.Reason == RefusalUnavailable {
		header.Set("Retry-After", "1")
	}
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Type", "application/json")
	w.WriteHeader(r.Status)
	if request.Method == http.MethodHead {
		return
	}
	body, _ := json.Marshal(struct {
		Error   string        `json:"error"`
		Reason  RefusalReason `json:"reason"`
		Message string        `json:"message"`
	}{r.Error, r.Reason, r.Message})
	w.Write(body)
}

// GRPCStatus is the refusal as a status.
func (r *Refusal) GRPCStatus() *status.Status {
	return status.New(r.Code, r.Message)
}
