package securetoken

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// claimsMessage is what every message about a token has in common.
type claimsMessage interface {
	GetTokenId() string
	GetUserId() string
	GetPermissions() []string
	GetIssuedAt() *timestamppb.Timestamp
	GetExpiresAt() *timestamppb.Timestamp
	GetAdditionalData() *structpb.Struct
}

type validMessage interface {
	claimsMessage
	GetTimeRemaining() *durationpb.Duration
}

// malformed is the error for an answer that lacks what every answer holds, such as an empty one of some
// proxy: an absent field reads as a default, and must not become a result.
func malformed(text string) error {
	return status.Error(codes.Internal, "the server's answer "+text)
}

func toClaims(message claimsMessage) (Claims, error) {
	claims := Claims{
		TokenID:     message.GetTokenId(),
		UserID:      message.GetUserId(),
		Permissions: slices.Clone(message.GetPermissions()),
	}
	var err error
	if claims.IssuedAt, err = requiredTime(message.GetIssuedAt(), "issued_at"); err != nil {
		return Claims{}, err
	}
	if claims.ExpiresAt, err = requiredTime(message.GetExpiresAt(), "expires_at"); err != nil {
		return Claims{}, err
	}
	if claims.AdditionalData, err = toAdditionalData(message); err != nil {
		return Claims{}, err
	}
	return claims, nil
}

func toAdditionalData(message claimsMessage) (map[string]any, error) {
	// A GenerateToken answer has no such field: a request cannot carry what would need it.
	exact, ok := message.(interface{ GetAdditionalDataJson() string })
	if !ok || exact.GetAdditionalDataJson() == "" {
		return message.GetAdditionalData().AsMap(), nil
	}
	data, err := parseExactJSON(exact.GetAdditionalDataJson())
	if err != nil {
		return nil, malformed("holds an additional_data_json that is no JSON object")
	}
	return data, nil
}

func requiredTime(timestamp *timestamppb.Timestamp, field string) (time.Time, error) {
	instant, ok := toTime(timestamp)
	if !ok {
		return time.Time{}, malformed("lacks " + field)
	}
	return instant, nil
}

func requiredDuration(duration *durationpb.Duration, field string) (time.Duration, error) {
	if !duration.IsValid() {
		return 0, malformed("lacks " + field)
	}
	return duration.AsDuration(), nil
}

func toIssuedToken(message interface {
	claimsMessage
	GetToken() string
	GetSessionId() string
}) (*IssuedToken, error) {
	if message.GetToken() == "" {
		return nil, malformed("lacks token")
	}
	claims, err := toClaims(message)
	if err != nil {
		return nil, err
	}
	return &IssuedToken{Claims: claims, Token: message.GetToken(), SessionID: message.GetSessionId()}, nil
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
	return &ValidToken{Claims: claims, TimeRemaining: remaining}, nil
}

func toTokenInfo(message *securetokenv1.GetTokenInfoResponse) (*TokenInfo, error) {
	if message.GetIsRevoked() {
		return nil, malformed("calls a revoked token valid")
	}
	valid, err := toValidToken(message)
	if err != nil {
		return nil, err
	}
	info := TokenInfo{ValidToken: *valid, KeyID: message.GetKeyId(), SessionID: message.GetSessionId()}
	if info.CreatedAt, err = requiredTime(message.GetCreatedAt(), "created_at"); err != nil {
		return nil, err
	}
	if info.SessionStartedAt, err = requiredTime(message.GetSessionStartedAt(), "session_started_at"); err != nil {
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
