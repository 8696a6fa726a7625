package securetokentest

import (
	"fmt"
	"maps"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const domain = "securetoken.v1"

// refusal is an answer that is an error, in the service's own words and details.
type refusal struct {
	code    codes.Code
	message string
	detail  *securetokenv1.TokenErrorDetail
	facts   map[string]string // beside the field
}

func malformed() *refusal {
	return ofToken("Token format is invalid", &securetokenv1.TokenErrorDetail{
		Kind:   securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_INVALID_TOKEN,
		Reason: securetokenv1.ErrorReason_ERROR_REASON_TOKEN_MALFORMED,
	})
}

func expired(at *timestamppb.Timestamp) *refusal {
	return ofToken("Token expired", &securetokenv1.TokenErrorDetail{
		Kind:      securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_TOKEN_EXPIRED,
		Reason:    securetokenv1.ErrorReason_ERROR_REASON_TOKEN_EXPIRED,
		ExpiredAt: at,
	})
}

func revoked() *refusal {
	return ofToken("Token has been revoked", &securetokenv1.TokenErrorDetail{
		Kind:   securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_INVALID_TOKEN,
		Reason: securetokenv1.ErrorReason_ERROR_REASON_TOKEN_REVOKED,
	})
}

func ofToken(message string, detail *securetokenv1.TokenErrorDetail) *refusal {
	detail.Field = "token"
	return &refusal{codes.Unauthenticated, message, detail, nil}
}

func notGranted(permission string) *refusal {
	return &refusal{
		codes.PermissionDenied, fmt.Sprintf("Permission '%s' not granted", permission),
		&securetokenv1.TokenErrorDetail{
			Kind:               securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_PERMISSION_DENIED,
			Reason:             securetokenv1.ErrorReason_ERROR_REASON_PERMISSION_NOT_GRANTED,
			Field:              "required_permission",
			RequiredPermission: permission,
		},
		map[string]string{"required_permission": permission},
	}
}

func notFor(audience string) *refusal {
	return &refusal{
		codes.Unauthenticated, fmt.Sprintf("Token is not for audience '%s'", audience),
		&securetokenv1.TokenErrorDetail{
			Kind:   securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_INVALID_TOKEN,
			Reason: securetokenv1.ErrorReason_ERROR_REASON_AUDIENCE_MISMATCH,
			Field:  "audience",
		},
		map[string]string{"audience": audience},
	}
}

func emptyTarget() *refusal {
	return &refusal{
		codes.InvalidArgument, "a target of RevokeTokens must name something",
		&securetokenv1.TokenErrorDetail{
			Kind:   securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_TOKEN_ERROR,
			Reason: securetokenv1.ErrorReason_ERROR_REASON_REVOCATION_INVALID,
			Field:  "targets",
		},
		nil,
	}
}

// status is as it stands in a batch's result, and ends a call.
func (r *refusal) status() *status.Status {
	metadata := map[string]string{"field": r.detail.GetField()}
	maps.Copy(metadata, r.facts)
	info := &errdetails.ErrorInfo{Domain: domain, Reason: r.detail.GetReason().String(), Metadata: metadata}
	detailed, err := status.New(r.code, r.message).WithDetails(r.detail, info)
	if err != nil { // no message that this package makes is refused
		panic(err)
	}
	return detailed
}
