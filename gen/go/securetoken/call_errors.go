package securetoken

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const callerReasonPrefix = "CALLER_ERROR_REASON_"

// CallError is any end of a call that is no fact about a token. It reads like gRPC's own errors: the
// status package finds its status, and errors.Is compares it with [context.DeadlineExceeded] and
// [context.Canceled]. The errors that have a name, [CallerRefusedError], [RateExceededError] and
// [ServiceUnavailableError], wrap one.
type CallError struct {
	status *status.Status
}

// Error is the status message, under this package's name.
func (e *CallError) Error() string {
	return fmt.Sprintf("securetoken: %s: %s", e.status.Code(), e.status.Message())
}

// GRPCStatus is the status that the call ended with.
func (e *CallError) GRPCStatus() *status.Status { return e.status }

// Is reports whether the call ended for the reason that a context's error names.
func (e *CallError) Is(target error) bool {
	switch target {
	case context.DeadlineExceeded:
		return e.status.Code() == codes.DeadlineExceeded
	case context.Canceled:
		return e.status.Code() == codes.Canceled
	default:
		return false
	}
}

// CallerRefusedError says that the service refused this client's own credential, or what it asked for
// with it. The token is not at fault.
type CallerRefusedError struct {
	*CallError
	// Reason is UNKNOWN_CALLER, RPC_NOT_ALLOWED, GRANT_NOT_ALLOWED, or that of a newer server.
	Reason string
	// Field is the input at fault: "authorization", "permissions", "userId", "expiresIn".
	Field string
	// Metadata holds every variable part of the message, such as "permission", by name.
	Metadata map[string]string
}

// Unwrap gives the error of the call.
func (e *CallerRefusedError) Unwrap() error { return e.CallError }

// RateExceededError says that this client makes more calls than it may. The call was tried again as
// often as its deadline allowed.
type RateExceededError struct {
	*CallError
	// RetryAfter is how long to wait; zero when the server does not say.
	RetryAfter time.Duration
}

// Unwrap gives the error of the call.
func (e *RateExceededError) Unwrap() error { return e.CallError }

// ServiceUnavailableError says that the service could not be reached, or called itself unavailable, until
// the call's deadline. A call with a Fault other than FaultUnknown is not tried again.
type ServiceUnavailableError struct {
	*CallError
	// Fault is what is wrong with the connection, if trying again cannot help.
	Fault ConnectionFault
}

// Error says what to do about a fault.
func (e *ServiceUnavailableError) Error() string {
	if advice, ok := advice[e.Fault]; ok {
		return fmt.Sprintf("securetoken: the token service cannot be reached: %s (%s)", advice, e.status.Message())
	}
	return "securetoken: the token service is not available: " + e.status.Message()
}

// Unwrap gives the error of the call.
func (e *ServiceUnavailableError) Unwrap() error { return e.CallError }

// toCallError names an error without TokenErrorDetail.
func toCallError(st *status.Status) error {
	call := &CallError{status: st}
	info := callerInfo(st)
	switch {
	case st.Code() == codes.Unavailable:
		return &ServiceUnavailableError{CallError: call, Fault: faultIn(st)}
	case isBeyondRate(st) || st.Code() == codes.ResourceExhausted && retryDelay(st) > 0:
		return &RateExceededError{CallError: call, RetryAfter: retryDelay(st)}
	case info != nil && (st.Code() == codes.Unauthenticated || st.Code() == codes.PermissionDenied):
		metadata := maps.Clone(info.GetMetadata())
		field := metadata["field"]
		delete(metadata, "field")
		reason := strings.TrimPrefix(info.GetReason(), callerReasonPrefix)
		return &CallerRefusedError{CallError: call, Reason: reason, Field: fieldName(field), Metadata: metadata}
	default:
		return call
	}
}

// callerInfo is what the service says of a caller that it refuses, or nil.
func callerInfo(st *status.Status) *errdetails.ErrorInfo {
	for _, detail := range st.Details() {
		info, ok := detail.(*errdetails.ErrorInfo)
		if ok && info.GetDomain() == errorDomain && strings.HasPrefix(info.GetReason(), callerReasonPrefix) {
			return info
		}
	}
	return nil
}

// isBeyondRate is whether this client makes more calls than it may, rather than the server having no room
// for anyone's.
func isBeyondRate(st *status.Status) bool {
	return st.Code() == codes.ResourceExhausted && callerInfo(st).GetReason() == callerReasonPrefix+"RATE_EXCEEDED"
}

// retryDelay is what a server asks a client to wait, or zero.
func retryDelay(st *status.Status) time.Duration {
	for _, detail := range st.Details() {
		if retry, ok := detail.(*errdetails.RetryInfo); ok && retry.GetRetryDelay().IsValid() {
			return max(0, retry.GetRetryDelay().AsDuration())
		}
	}
	return 0
}
