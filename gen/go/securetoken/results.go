package securetoken

import (
	"log/slog"
	"slices"
	"time"
)

// Claims is what an authentic token holds.
type Claims struct {
	// TokenID identifies the token in logs and revocations. It is not secret.
	TokenID string `json:"tokenId"`
	// UserID is the user that the token speaks for.
	UserID string `json:"userId"`
	// Permissions is what the token permits; empty, and never nil, for none.
	Permissions []string `json:"permissions"`
	// IssuedAt is exact to the microsecond, in UTC.
	IssuedAt time.Time `json:"issuedAt"`
	// ExpiresAt is the last instant at which the token is valid.
	ExpiresAt time.Time `json:"expiresAt"`
	// AdditionalData is what else the token carries, as encoding/json would decode it, except that an
	// integer beyond ±(2^53 - 1), which a float64 might not hold exactly, is a json.Number.
	AdditionalData map[string]any `json:"additionalData"`
	// SessionID is the TokenID of the session's first token.
	SessionID string `json:"sessionId"`
	// KeyID is the key that the token is made with; see [ServerConfig].
	KeyID string `json:"keyId"`
	// Audiences is the services that the token is meant for; nil where it names none.
	Audiences []string `json:"audiences,omitempty"`
}

// HasPermission reports whether the token holds a permission, compared exactly.
func (c *Claims) HasPermission(permission string) bool {
	return slices.Contains(c.Permissions, permission)
}

// HasAudience reports whether the token is meant for a service, compared exactly.
func (c *Claims) HasAudience(audience string) bool {
	return slices.Contains(c.Audiences, audience)
}

// IssuedToken is a new token and what it holds. It prints and logs without the token; as JSON, which is
// for the token's user, it has it.
type IssuedToken struct {
	Claims
	// Token is to be treated as a password: whoever holds it has its permissions.
	Token string `json:"token"`
	// Clamped says that less was granted than was asked for: the session ends at ExpiresAt, or a holder
	// asked for more than the lifetime that its token was issued with. Only RefreshToken sets it.
	Clamped bool `json:"clamped"`
}

// String names the token by its id.
func (t IssuedToken) String() string {
	return "IssuedToken(" + t.TokenID + ")"
}

// GoString is as String.
func (t IssuedToken) GoString() string {
	return t.String()
}

// LogValue is as String.
func (t IssuedToken) LogValue() slog.Value {
	return slog.StringValue(t.String())
}

// ValidToken is a valid token's claims.
type ValidToken struct {
	Claims
	// TimeRemaining is ExpiresAt minus the server's present; [FormatDuration] writes it as Python
	// would. No time.Duration exceeds 292 years: of a token that lives longer, it says 292.
	TimeRemaining time.Duration `json:"timeRemaining"`
	// SessionStartedAt is when the session's first token was issued: what cut-offs are compared with. It
	// is IssuedAt where the server is too old to tell it.
	SessionStartedAt time.Time `json:"sessionStartedAt"`
	// CheckedAudience is the audience that the call required, see [Client.WithAudience], and which the token
	// names; empty where none was required, and of a verifier.
	CheckedAudience string `json:"checkedAudience,omitempty"`
}

// TokenInfo is all that is known of a valid token.
type TokenInfo struct {
	ValidToken
	// CreatedAt is the same instant as IssuedAt.
	CreatedAt time.Time `json:"createdAt"`
	// IsRevoked is always false: a revoked token is an error.
	IsRevoked bool `json:"isRevoked"`
}

// TokenState is what a token is at present.
type TokenState string

// The states of a token.
const (
	StateActive  TokenState = "ACTIVE"
	StateExpired TokenState = "EXPIRED"
	StateRevoked TokenState = "REVOKED"
	StateInvalid TokenState = "INVALID"
)

// Introspection is a token's state.
type Introspection struct {
	State TokenState `json:"state"`
	// Token is nil for an invalid token: nothing of it can be believed. The TimeRemaining of an expired
	// one is zero.
	Token *ValidToken `json:"claims,omitempty"`
	// KeyID is the key that the token is made with; empty for an invalid token.
	KeyID string `json:"keyId"`
}

// PermissionResult is whether a token holds a permission.
type PermissionResult struct {
	Permission string `json:"permission"`
	Granted    bool   `json:"granted"`
}

// BatchResult is the answer for one token: claims, or the [*TokenError] that ValidateToken would have
// ended with.
type BatchResult struct {
	Token *ValidToken
	Err   error
}

// KeyState is what a key is used for.
type KeyState string

// The states of a key.
const (
	// KeyUnspecified is a use that this client does not know.
	KeyUnspecified KeyState = "UNSPECIFIED"
	// KeyStaged decrypts, and will become primary.
	KeyStaged KeyState = "STAGED"
	// KeyPrimary encrypts and decrypts.
	KeyPrimary KeyState = "PRIMARY"
	// KeySecondary decrypts, and was primary.
	KeySecondary KeyState = "SECONDARY"
)

// KeyInfo names a key by the fingerprint that tokens are told apart by.
type KeyInfo struct {
	KeyID string   `json:"keyId"`
	State KeyState `json:"state"`
}

// ServerConfig is how a server makes tokens, without any key.
type ServerConfig struct {
	// Algorithm is "Fernet-PBKDF2-SHA256".
	Algorithm string `json:"algorithm"`
	// Version is what tokens carry: "1.0".
	Version string `json:"version"`
	// Iterations is those of PBKDF2, for the primary key.
	Iterations int `json:"iterations"`
	// Salt is that of PBKDF2, for the primary key.
	Salt []byte `json:"salt"`
	// DefaultExpiresIn is the lifetime of a token that names none.
	DefaultExpiresIn time.Duration `json:"defaultExpiresIn"`
	// Keys is every key that decrypts, the primary first.
	Keys []KeyInfo `json:"keys"`
	// ServerVersion is the server's own: "0.1.0". Empty from servers that are too old to tell it.
	ServerVersion string `json:"serverVersion"`
	// Caller is the name by which the server knows this caller. Empty where the server has no callers file.
	Caller string `json:"caller"`
	// CallerRPCs is what this caller may call: "ValidateToken". Empty where Caller is.
	CallerRPCs []string `json:"callerRpcs"`
}
