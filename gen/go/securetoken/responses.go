package securetoken

import (
	"strings"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

func toIssuedToken(message interface {
	claimsMessage
	GetToken() string
}) (*IssuedToken, error) {
	if message.GetToken() == "" {
		return nil, malformed("lacks token")
	}
	claims, err := toClaims(message)
	if err != nil {
		return nil, err
	}
	issued := &IssuedToken{Claims: claims, Token: message.GetToken()}
	if refreshed, ok := message.(interface{ GetClamped() bool }); ok {
		issued.Clamped = refreshed.GetClamped()
	}
	return issued, nil
}

func toValidToken(message interface {
	validMessage
	GetValid() bool
}) (*ValidToken, error) {
	if !message.GetValid() {
		return nil, malformed("lacks valid")
	}
	return toClaimsWithTime(message)
}

func toClaimsWithTime(message validMessage) (*ValidToken, error) {
	claims, err := toClaims(message)
	if err != nil {
		return nil, err
	}
	remaining, err := requiredDuration(message.GetTimeRemaining(), "time_remaining")
	if err != nil {
		return nil, err
	}
	started, ok := toTime(message.GetSessionStartedAt())
	if !ok {
		started = claims.IssuedAt
	}
	valid := &ValidToken{Claims: claims, TimeRemaining: remaining, SessionStartedAt: started}
	if checked, ok := message.(interface{ GetCheckedAudience() string }); ok {
		valid.CheckedAudience = checked.GetCheckedAudience()
	}
	return valid, nil
}

func toTokenInfo(message *securetokenv1.GetTokenInfoResponse) (*TokenInfo, error) {
	if message.GetIsRevoked() {
		return nil, malformed("calls a revoked token valid")
	}
	valid, err := toValidToken(message)
	if err != nil {
		return nil, err
	}
	info := TokenInfo{ValidToken: *valid}
	if info.CreatedAt, err = requiredTime(message.GetCreatedAt(), "created_at"); err != nil {
		return nil, err
	}
	if _, err = requiredTime(message.GetSessionStartedAt(), "session_started_at"); err != nil {
		return nil, err
	}
	return &info, nil
}

// toIntrospection refuses a state that this client does not know: it must pass for none of those that
// it knows.
func toIntrospection(message *securetokenv1.IntrospectTokenResponse) (*Introspection, error) {
	state := TokenState(strings.TrimPrefix(message.GetState().String(), "TOKEN_STATE_"))
	switch state {
	case StateInvalid:
		return &Introspection{State: state}, nil
	case StateActive, StateExpired, StateRevoked:
	default:
		return nil, malformed("holds a token state that this client does not know")
	}
	if message.GetClaims() == nil {
		return nil, malformed("lacks claims")
	}
	token, err := toClaimsWithTime(message.GetClaims())
	if err != nil {
		return nil, err
	}
	return &Introspection{State: state, Token: token, KeyID: message.GetKeyId()}, nil
}

func toServerConfig(message *securetokenv1.ExportConfigResponse) (*ServerConfig, error) {
	lifetime, err := requiredDuration(message.GetDefaultExpiresIn(), "default_expires_in")
	if err != nil {
		return nil, err
	}
	config := &ServerConfig{
		Algorithm:        message.GetAlgorithm(),
		Version:          message.GetVersion(),
		Iterations:       int(message.GetIterations()),
		Salt:             message.GetSalt(),
		DefaultExpiresIn: lifetime,
		Keys:             make([]KeyInfo, len(message.GetKeys())),
		ServerVersion:    message.GetServerVersion(),
		Caller:           message.GetCaller(),
		CallerRPCs:       append([]string{}, message.GetCallerRpcs()...),
	}
	for i, key := range message.GetKeys() {
		config.Keys[i] = KeyInfo{KeyID: key.GetKeyId(), State: toKeyState(key.GetState())}
	}
	return config, nil
}

func toKeyState(state securetokenv1.KeyState) KeyState {
	switch known := KeyState(strings.TrimPrefix(state.String(), "KEY_STATE_")); known {
	case KeyStaged, KeyPrimary, KeySecondary:
		return known
	default:
		return KeyUnspecified
	}
}
