package securetoken

import (
	"maps"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/status"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const (
	errorDomain  = "securetoken.v1"
	reasonPrefix = "ERROR_REASON_"
)

// FromError turns an error of the generated client, see [Client.Raw], into the error that this package's
// methods give: a [*TokenError] if it is a fact about a token or a request, a [*CallError] or one of the
// errors that wrap it if it is another status, and else the error itself.
//
// Only a TokenErrorDetail makes a TokenError. The code must not: a refused credential of the caller has
// the code of a refused token.
func FromError(err error) error {
	if err == nil {
		return nil
	}
	st, ok := status.FromError(err)
	if !ok {
		return err
	}
	if tokenError := fromStatus(st); tokenError != nil {
		return tokenError
	}
	return toCallError(st)
}

// fromStatus is nil for a status without TokenErrorDetail.
func fromStatus(st *status.Status) *TokenError {
	var detail *securetokenv1.TokenErrorDetail
	var info *errdetails.ErrorInfo
	for _, it := range st.Details() {
		switch it := it.(type) {
		case *securetokenv1.TokenErrorDetail:
			if detail == nil {
				detail = it
			}
		case *errdetails.ErrorInfo:
			if info == nil && it.GetDomain() == errorDomain {
				info = it
			}
		}
	}
	if detail == nil {
		return nil
	}
	e := &TokenError{
		Kind:     toKind(detail.GetKind()),
		Reason:   toReason(detail, info),
		Field:    detail.GetField(),
		Message:  st.Message(),
		Metadata: maps.Clone(info.GetMetadata()),
		Code:     st.Code(),
		status:   st,
	}
	if e.Field == "" {
		e.Field = e.Metadata["field"]
	}
	e.Field = fieldName(e.Field)
	delete(e.Metadata, "field") // it has a place of its own
	switch e.Kind {
	case KindTokenExpired:
		e.ExpiredAt, _ = toTime(detail.GetExpiredAt())
	case KindPermissionDenied:
		e.RequiredPermission = detail.GetRequiredPermission()
	}
	return e
}

func toKind(kind securetokenv1.TokenErrorKind) Kind {
	switch kind {
	case securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_TOKEN_EXPIRED:
		return KindTokenExpired
	case securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_INVALID_TOKEN:
		return KindInvalidToken
	case securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_PERMISSION_DENIED:
		return KindPermissionDenied
	default:
		return KindTokenError
	}
}

// toReason takes the text of ErrorInfo where the number is unknown, so that even a reason younger than
// this client has its name.
func toReason(detail *securetokenv1.TokenErrorDetail, info *errdetails.ErrorInfo) Reason {
	name, known := securetokenv1.ErrorReason_name[int32(detail.GetReason())]
	if !known || detail.GetReason() == securetokenv1.ErrorReason_ERROR_REASON_UNSPECIFIED {
		name = info.GetReason()
	}
	if reason, ok := strings.CutPrefix(name, reasonPrefix); ok {
		return Reason(reason)
	}
	return ReasonUnspecified
}
