package securetoken_test

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

var sentinels = []error{
	securetoken.ErrToken,
	securetoken.ErrTokenExpired,
	securetoken.ErrInvalidToken,
	securetoken.ErrPermissionDenied,
}

// matched is which of the four an error is.
func matched(err error) string {
	var names []string
	for i, name := range []string{"token", "expired", "invalid", "denied"} {
		if errors.Is(err, sentinels[i]) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func detail(kind securetokenv1.TokenErrorKind) *securetokenv1.TokenErrorDetail {
	return &securetokenv1.TokenErrorDetail{Kind: kind}
}

func TestTheDetailsKindDecides(t *testing.T) {
	cases := map[string]struct {
		code    codes.Code
		details []proto.Message
		want    string
	}{
		"a broken rule":           {codes.InvalidArgument, []proto.Message{detail(1)}, "token"},
		"expired":                 {codes.Unauthenticated, []proto.Message{detail(2)}, "token expired"},
		"invalid":                 {codes.Unauthenticated, []proto.Message{detail(3)}, "token invalid"},
		"permission missing":      {codes.PermissionDenied, []proto.Message{detail(4)}, "token denied"},
		"a code that misleads":    {codes.PermissionDenied, []proto.Message{detail(3)}, "token invalid"},
		"no kind":                 {codes.Unauthenticated, []proto.Message{detail(0)}, "token"},
		"a kind of a newer one":   {codes.Unauthenticated, []proto.Message{detail(99)}, "token"},
		"no details":              {codes.Unauthenticated, nil, ""},
		"permission, no details":  {codes.PermissionDenied, nil, ""},
		"ErrorInfo alone":         {codes.Unauthenticated, []proto.Message{errorInfo("TOKEN_EXPIRED", nil)}, ""},
		"after a foreign detail":  {codes.Unauthenticated, []proto.Message{&errdetails.RetryInfo{}, detail(2)}, "token expired"},
		"only the first of ours":  {codes.Unauthenticated, []proto.Message{detail(2), detail(3)}, "token expired"},
		"a fault of the server's": {codes.Internal, nil, ""},
	}
	for name, it := range cases {
		t.Run(name, func(t *testing.T) {
			client := answering(nil, failure(it.code, "told", it.details...)).newClient(t)
			_, err := client.ValidateToken(t.Context(), "t")
			if got := matched(fmt.Errorf("wrapped: %w", err)); got != it.want {
				t.Errorf("is %q, want %q", got, it.want)
			}
			if got := status.Code(err); got != it.code {
				t.Errorf("the code is %v, want %v", got, it.code)
			}
		})
	}
}

func TestFacts(t *testing.T) {
	expiredAt := time.Date(1969, 7, 20, 20, 17, 40, 123456000, time.UTC)
	expired := detail(2)
	expired.Reason, expired.ExpiredAt = securetokenv1.ErrorReason_ERROR_REASON_TOKEN_EXPIRED, timestamppb.New(expiredAt)
	denied := detail(4)
	denied.Reason, denied.RequiredPermission = securetokenv1.ErrorReason_ERROR_REASON_PERMISSION_NOT_GRANTED, "write"
	newer := detail(3)
	newer.Reason = 99
	foreign := errorInfo("X", map[string]string{"hop": "1"})
	foreign.Domain = "proxy.example"
	cases := map[string]struct {
		details []proto.Message
		want    securetoken.TokenError
	}{
		"expired": {
			[]proto.Message{expired, errorInfo("TOKEN_EXPIRED", map[string]string{"field": "token"})},
			securetoken.TokenError{Kind: securetoken.KindTokenExpired, Reason: securetoken.ReasonTokenExpired, Field: "token", ExpiredAt: expiredAt},
		},
		"permission missing": {
			[]proto.Message{denied, errorInfo("PERMISSION_NOT_GRANTED", map[string]string{"required_permission": "write"})},
			securetoken.TokenError{
				Kind: securetoken.KindPermissionDenied, Reason: securetoken.ReasonPermissionNotGranted,
				RequiredPermission: "write", Metadata: map[string]string{"required_permission": "write"},
			},
		},
		"a reason of a newer server": {
			[]proto.Message{newer, errorInfo("TOKEN_TOO_OLD", nil)},
			securetoken.TokenError{Kind: securetoken.KindInvalidToken, Reason: "TOKEN_TOO_OLD"},
		},
		"ErrorInfo of another domain": {
			[]proto.Message{foreign, detail(3)},
			securetoken.TokenError{Kind: securetoken.KindInvalidToken, Reason: securetoken.ReasonUnspecified},
		},
	}
	for name, it := range cases {
		t.Run(name, func(t *testing.T) {
			err := securetoken.FromError(failure(codes.Unauthenticated, "told", it.details...))
			var got *securetoken.TokenError
			if !errors.As(err, &got) {
				t.Fatalf("%v is no TokenError", err)
			}
			if got.Kind != it.want.Kind || got.Reason != it.want.Reason || got.Field != it.want.Field ||
				!got.ExpiredAt.Equal(it.want.ExpiredAt) || got.RequiredPermission != it.want.RequiredPermission ||
				!maps.Equal(got.Metadata, it.want.Metadata) {
				t.Errorf("got %+v, want %+v", *got, it.want)
			}
			if got.Message != "told" || got.Error() != "securetoken: told" || got.Code != codes.Unauthenticated {
				t.Errorf("message %q, error %q, code %v", got.Message, got.Error(), got.Code)
			}
			if len(status.Convert(err).Details()) != len(it.details) {
				t.Error("the status has lost its details")
			}
		})
	}
}

func TestOtherErrorsStayAsTheyAre(t *testing.T) {
	plain := errors.New("plain")
	if err := securetoken.FromError(plain); err != plain {
		t.Errorf("became %v", err)
	}
	if err := securetoken.FromError(nil); err != nil {
		t.Errorf("nil became %v", err)
	}
}

func TestEveryReasonOfTheSchemaIsAConstant(t *testing.T) {
	known := map[securetoken.Reason]bool{
		securetoken.ReasonUnspecified: true, securetoken.ReasonTokenExpired: true,
		securetoken.ReasonTokenEmpty: true, securetoken.ReasonTokenMalformed: true,
		securetoken.ReasonClaimMissing: true, securetoken.ReasonTokenRevoked: true,
		securetoken.ReasonPermissionNotGranted: true, securetoken.ReasonUserIDInvalid: true,
		securetoken.ReasonPermissionInvalid: true, securetoken.ReasonTooManyPermissions: true,
		securetoken.ReasonExpiresInOutOfRange: true, securetoken.ReasonAdditionalDataInvalid: true,
		securetoken.ReasonTokenTooLarge: true, securetoken.ReasonTooManyTokens: true,
		securetoken.ReasonRequiredPermissionInvalid: true, securetoken.ReasonRevocationNotEnabled: true,
		securetoken.ReasonSettingInvalid: true, securetoken.ReasonSessionEnded: true,
		securetoken.ReasonRevocationInvalid: true, securetoken.ReasonTooManyTargets: true,
		securetoken.ReasonAudienceMismatch: true, securetoken.ReasonAudienceInvalid: true,
		securetoken.ReasonTooManyAudiences: true,
	}
	for _, name := range securetokenv1.ErrorReason_name {
		if reason := securetoken.Reason(strings.TrimPrefix(name, "ERROR_REASON_")); !known[reason] {
			t.Errorf("%s has no constant", reason)
		}
	}
	if len(known) != len(securetokenv1.ErrorReason_name) {
		t.Error("a constant has no place in the schema")
	}
}
