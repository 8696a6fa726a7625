package securetoken

import (
	"math"
	"sync/atomic"
	"time"
)

// serverTime is the server's present, as its answers tell it: a lower bound, that goes on with the steady
// clock. What is kept of tokens and of revocations ends by it alone, so that a machine whose clock is
// wrong forgets no revocation of a token that it still knows.
type serverTime struct {
	offset atomic.Int64 // to be added to the steady clock, in microseconds
}

func newServerTime() *serverTime {
	t := &serverTime{}
	t.offset.Store(math.MinInt64)
	return t
}

// observe takes the server's present from an answer that was received at an instant of the steady clock.
func (t *serverTime) observe(valid *ValidToken, received time.Duration) {
	present := valid.ExpiresAt.UnixMicro() - valid.TimeRemaining.Microseconds()
	offset := present - received.Microseconds()
	for {
		known := t.offset.Load()
		if known >= offset || t.offset.CompareAndSwap(known, offset) {
			return
		}
	}
}

// at is in microseconds since 1970, and false before the first answer.
func (t *serverTime) at(now time.Duration) (int64, bool) {
	offset := t.offset.Load()
	if offset == math.MinInt64 {
		return 0, false
	}
	return offset + now.Microseconds(), true
}
