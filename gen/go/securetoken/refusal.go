package securetoken

import (
	"net/http"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// refusal is what a request that may not pass is answered with. It never says more about the token.
type refusal struct {
	httpStatus int
	// challenge is the WWW-Authenticate header (RFC 6750, section 3).
	challenge string
	code      codes.Code
	message   string
}

var (
	refuseNoToken = &refusal{
		httpStatus: http.StatusUnauthorized,
		challenge:  "Bearer",
		code:       codes.Unauthenticated,
		message:    "a bearer token is required",
	}
	refuseInvalidToken = &refusal{
		httpStatus: http.StatusUnauthorized,
		challenge:  `Bearer error="invalid_token"`,
		code:       codes.Unauthenticated,
		message:    "the bearer token is not valid",
	}
	refusePermission = &refusal{
		httpStatus: http.StatusForbidden,
		challenge:  `Bearer error="insufficient_scope"`,
		code:       codes.PermissionDenied,
		message:    "a permission is missing",
	}
	refuseUnavailable = &refusal{
		httpStatus: http.StatusServiceUnavailable,
		code:       codes.Unavailable,
		message:    "tokens cannot be checked at present",
	}
)

func (r *refusal) writeHTTP(w http.ResponseWriter) {
	if r.challenge != "" {
		w.Header().Set("WWW-Authenticate", r.challenge)
	}
	http.Error(w, r.message, r.httpStatus)
}

func (r *refusal) grpcError() error {
	return status.Error(r.code, r.message)
}
