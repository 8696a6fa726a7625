package securetoken

import (
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// claimsMessage is what every message about a token has in common.
type claimsMessage interface {
	GetTokenId() string
	GetUserId() string
	GetPermissions() []string
	GetIssuedAt() *timestamppb.Timestamp
	GetExpiresAt() *timestamppb.Timestamp
	GetAdditionalData() *structpb.Struct
	GetSessionId() string
	GetKeyId() string
	GetAudiences() []string
}

type validMessage interface {
	claimsMessage
	GetTimeRemaining() *durationpb.Duration
	GetSessionStartedAt() *timestamppb.Timestamp
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
		SessionID:   message.GetSessionId(),
		KeyID:       message.GetKeyId(),
		Audiences:   append([]string(nil), message.GetAudiences()...),
		Permissions: append([]string{}, message.GetPermissions()...), // in JSON, none is [] and not null
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
