package securetoken

import (
	"errors"
	"log/slog"
	"path"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/status"
)

// EndedCall is a call that has ended, with all its further tries. It holds no token.
type EndedCall struct {
	// Method is the RPC: "ValidateToken".
	Method string
	// Code is gRPC's name of how it ended: "OK", "UNAUTHENTICATED", "UNAVAILABLE" …
	Code string
	// Duration is how long it took.
	Duration time.Duration
}

// WithCallHook is told of each call once it has ended, for metrics: those of guards, of verifiers and of the
// raw client too, but not of streams. It must be quick, and safe for concurrent use. One that panics is logged and
// changes nothing: calls for several requests are made in goroutines of this package, whose panic nobody recovers.
func WithCallHook(hook func(EndedCall)) Option {
	return func(c *config) error {
		if hook == nil {
			return errors.New("the call hook is nil")
		}
		c.onCall = hook
		return nil
	}
}

// tellCall tells the hook of a call, where there is one.
func (c *config) tellCall(method string, began time.Time, err error) {
	if c.onCall == nil {
		return
	}
	defer func() {
		if cause := recover(); cause != nil {
			slog.Error("securetoken: the call hook panics", slog.Any("cause", cause))
		}
	}()
	c.onCall(EndedCall{
		Method:   path.Base(method),
		Code:     code.Code(status.Code(err)).String(),
		Duration: time.Since(began),
	})
}
