package securetoken

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const (
	firstPause = 50 * time.Millisecond
	maxPause   = 500 * time.Millisecond
)

// attempts is what is known of a call so far.
type attempts struct {
	config *config
	method string
	count  int
	// lastErr is why the attempt before failed; nil before the first has failed.
	lastErr error
	// awaits lets the next attempt wait for a connection; the first one learns why there is none.
	awaits bool
	// renewed says that the API key was asked for anew.
	renewed bool
	key     string
}

// atOnceKey marks the contexts of calls that do not wait where they are beyond their client's rate: who asks
// for its own callers would hold them up, for the tokens of others.
type atOnceKey struct{}

func withoutWaitingForRate(ctx context.Context) context.Context {
	return context.WithValue(ctx, atOnceKey{}, true)
}

// callUntilDeadline makes a call, and again while the server cannot be reached, calls itself
// unavailable, or asks to wait, as long as its deadline allows. A restart of the server within the
// deadline costs time alone.
//
// A call that may have been served is tried again, as what it does is safe to do twice, except
// RefreshToken: its second try would find the old token revoked when only the first answer was lost. A
// token that GenerateToken issues twice is held once: nobody has the other.
func (c *config) callUntilDeadline(
	ctx context.Context, method string, send func(context.Context, ...grpc.CallOption) error,
) error {
	a := &attempts{config: c, method: method}
	for {
		key, err := c.credential(ctx, false)
		if err != nil {
			return status.Errorf(codes.Unauthenticated, "this client has no API key: %v", err)
		}
		a.key = key
		var served peer.Peer
		err = send(withAuthorization(ctx, key), grpc.Peer(&served), grpc.WaitForReady(a.awaits))
		if err == nil {
			return nil
		}
		pause, err := a.judge(ctx, err, served.Addr != nil)
		if err != nil {
			return err
		}
		if !sleep(ctx, pause) {
			if errors.Is(ctx.Err(), context.Canceled) {
				return status.FromContextError(ctx.Err()).Err()
			}
			return a.lastErr
		}
	}
}

// judge says how long to wait before the next attempt, or why there is none.
func (a *attempts) judge(ctx context.Context, err error, isServed bool) (time.Duration, error) {
	st := status.Convert(err)
	if fromStatus(st) != nil {
		return 0, err
	}
	switch st.Code() {
	case codes.Unavailable:
		a.lastErr = err
		if faultIn(st) != FaultUnknown || isServed && !a.isRepeatable(st) {
			return 0, err
		}
		pause := a.pause()
		if !isServed && !a.awaits {
			pause = 0 // the next attempt waits for a connection
		}
		a.awaits = a.awaits || !isServed
		return a.within(ctx, max(pause, retryDelay(st)), err)
	case codes.ResourceExhausted:
		delay := retryDelay(st)
		if delay == 0 || isBeyondRate(st) && ctx.Value(atOnceKey{}) != nil {
			return 0, err
		}
		a.lastErr = err
		return a.within(ctx, delay+rand.N(firstPause), err)
	case codes.Unauthenticated:
		if callerInfo(st) == nil {
			return 0, err
		}
		if a.renewed {
			return 0, a.config.explainRefusal(ctx, err)
		}
		a.renewed, a.lastErr = true, err
		if key, keyErr := a.config.credential(ctx, true); keyErr != nil || key == a.key {
			return 0, a.config.explainRefusal(ctx, err)
		}
		return 0, nil // the key was rotated
	case codes.DeadlineExceeded:
		if a.lastErr == nil || strings.Contains(st.Message(), errConnectTimeout.Error()) {
			return 0, err
		}
		return 0, a.lastErr // says more than that the time is up
	default:
		return 0, err
	}
}

// isRepeatable is false for a call that may have been served and must not be served twice. A stream
// that was refused unprocessed (RFC 9113, section 8.7) was not served.
func (a *attempts) isRepeatable(st *status.Status) bool {
	return a.method != securetokenv1.TokenService_RefreshToken_FullMethodName ||
		strings.Contains(st.Message(), "error code: REFUSED_STREAM")
}

// pause grows with every attempt, and is spread so that clients do not come back all at once.
func (a *attempts) pause() time.Duration {
	longest := min(firstPause<<min(a.count, 8), maxPause)
	a.count++
	return longest/2 + rand.N(longest/2)
}

// within gives up at once where the deadline comes before the next attempt.
func (a *attempts) within(ctx context.Context, pause time.Duration, err error) (time.Duration, error) {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= pause {
		return 0, err
	}
	return pause, nil
}

// sleep is false when the context ends first.
func sleep(ctx context.Context, pause time.Duration) bool {
	if pause <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
