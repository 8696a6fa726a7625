package securetoken

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/balancer"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// restTime is how long an address gets no calls after one met its deadline there unanswered.
const restTime = 10 * time.Second

// leastSilence is how long a call must have waited before its connection is replaced: a deadline of
// less says little about the server.
const leastSilence = 250 * time.Millisecond

// clockStart anchors monotonicNow: durations since it come from the monotonic clock.
var clockStart = time.Now()

// monotonicNow is in nanoseconds, and never zero or less.
func monotonicNow() int64 {
	return int64(time.Since(clockStart)) + 1
}

// picker chooses the address of each call.
type picker struct {
	balancer *addressBalancer
	ready    []readyServer
	idle     bool  // an address has no connection and tries none
	err      error // why there is none, when every attempt has failed
}

type readyServer struct {
	*server
	conn balancer.SubConn
}

func (p *picker) Pick(info balancer.PickInfo) (balancer.PickResult, error) {
	now := monotonicNow()
	p.balancer.lastPick.Store(now)
	if p.idle {
		go p.balancer.wake()
	}
	if len(p.ready) == 0 {
		if p.err != nil {
			return balancer.PickResult{}, p.err
		}
		return balancer.PickResult{}, balancer.ErrNoSubConnAvailable
	}
	chosen := p.choose(now, stayingOf(info.Ctx))
	noteTry(info.Ctx)
	return balancer.PickResult{SubConn: chosen.conn, Done: func(info balancer.DoneInfo) {
		if chosen.rest.note(now, info) && monotonicNow()-now >= int64(leastSilence) {
			go p.balancer.replace(chosen.server)
		}
	}}, nil
}

// choose gives the server that a feed stays at, and else the next one that does not rest.
func (p *picker) choose(now int64, stay *staying) readyServer {
	if stay != nil {
		for _, each := range p.ready {
			if each.server == stay.at.Load() && each.rest.until.Load() == 0 {
				return each
			}
		}
	}
	turn := int(p.balancer.next.Add(1) % uint32(len(p.ready)))
	chosen := p.ready[turn]
	for i := range p.ready {
		if next := p.ready[(turn+i)%len(p.ready)]; next.rest.admits(now) {
			chosen = next
			break
		}
	}
	if stay != nil {
		stay.at.Store(chosen.server)
	}
	return chosen
}

// restState keeps calls from an address that does not answer: after the first deadline that passes
// without a byte from it, the address rests for restTime. Then one call at a time tries it, until one is
// answered. Where every address rests, none does.
type restState struct {
	until atomic.Int64 // when the rest ends; zero: the address does not rest
	trial atomic.Bool  // a call tries the address
	heard atomic.Int64 // when a call on it was last answered
}

func (r *restState) admits(now int64) bool {
	until := r.until.Load()
	return until == 0 || now >= until && r.trial.CompareAndSwap(false, true)
}

// note takes the end of a call that began at an instant, and reports whether the server was silent.
func (r *restState) note(began int64, info balancer.DoneInfo) bool {
	now := monotonicNow()
	switch {
	case info.BytesReceived:
		r.heard.Store(now)
		r.until.Store(0)
		r.trial.Store(false)
	case isDeadline(info.Err):
		if r.heard.Load() > began { // it answers others: this call was slow, or its deadline short
			return false
		}
		r.until.Store(now + int64(restTime))
		r.trial.Store(false)
		return true
	default:
		r.trial.Store(false)
	}
	return false
}

func isDeadline(err error) bool {
	return err != nil && (errors.Is(err, context.DeadlineExceeded) || status.Code(err) == codes.DeadlineExceeded)
}
