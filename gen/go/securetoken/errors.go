package securetoken

import (
	"errors"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// The four errors, for [errors.Is]. The latter three are ErrToken as well.
var (
	// ErrToken is every fact about a token or a request: a request breaks a rule, or one of the
	// below, or a kind that a newer server has added.
	ErrToken = errors.New("securetoken: token error")
	// ErrTokenExpired says that the token is authentic, and past its expiry.
	ErrTokenExpired = errors.New("securetoken: token expired")
	// ErrInvalidToken says that the token is malformed, not authentic, or revoked.
	ErrInvalidToken = errors.New("securetoken: invalid token")
	// ErrPermissionDenied says that the token is valid and lacks the required permission.
	ErrPermissionDenied = errors.New("securetoken: permission denied")
)

// Kind is which of the four errors a [TokenError] is.
type Kind string

// The kinds of a [TokenError].
const (
	KindTokenError       Kind = "TOKEN_ERROR"
	KindTokenExpired     Kind = "TOKEN_EXPIRED"
	KindInvalidToken     Kind = "INVALID_TOKEN"
	KindPermissionDenied Kind = "PERMISSION_DENIED"
)

// TokenError is a fact about a token or a request, for [errors.As]. It holds no token.
type TokenError struct {
	// Kind is which of the four errors this is. One that this client does not know is
	// KindTokenError.
	Kind Kind `json:"kind"`
	// Reason is which rule was broken.
	Reason Reason `json:"reason"`
	// Field is the input at fault, as JSON names it: "token", "permissions[2]", "expiresIn".
	Field string `json:"field,omitempty"`
	// Message is what the server says, for people.
	Message string `json:"message"`
	// Metadata holds every variable part of the message, by name.
	Metadata map[string]string `json:"metadata,omitempty"`
	// ExpiredAt is the last instant at which the token was valid. Only with KindTokenExpired.
	ExpiredAt time.Time `json:"expiredAt,omitzero"`
	// RequiredPermission is what the token lacks. Only with KindPermissionDenied.
	RequiredPermission string `json:"requiredPermission,omitempty"`
	// Code is that of the RPC's status, for logs. Tell errors apart with errors.Is instead.
	Code codes.Code `json:"-"`

	status *status.Status
}

// Error is the server's message, under this package's name.
func (e *TokenError) Error() string {
	return "securetoken: " + e.Message
}

// Is reports whether target is ErrToken, or the error of e's kind.
func (e *TokenError) Is(target error) bool {
	switch target {
	case ErrToken:
		return true
	case ErrTokenExpired:
		return e.Kind == KindTokenExpired
	case ErrInvalidToken:
		return e.Kind == KindInvalidToken
	case ErrPermissionDenied:
		return e.Kind == KindPermissionDenied
	default:
		return false
	}
}

// GRPCStatus is the status that the call ended with, details included; the status package finds it.
func (e *TokenError) GRPCStatus() *status.Status {
	if e.status == nil {
		return status.New(e.Code, e.Message)
	}
	return e.status
}

// refused is what the client itself says of an input that no message can carry.
func refused(field string, reason Reason, message string) *TokenError {
	return &TokenError{
		Kind:    KindTokenError,
		Reason:  reason,
		Field:   fieldName(field),
		Message: message,
		Code:    codes.InvalidArgument,
	}
}
