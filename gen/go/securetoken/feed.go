package securetoken

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/metadata"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

const (
	firstFeedPause = 50 * time.Millisecond
	maxFeedPause   = 2 * time.Second
	// refusedPause is how long to wait where the server refuses the feed.
	refusedPause = time.Minute
	// maxSilence is how long a feed may say nothing: it has a checkpoint each second.
	maxSilence = 3 * time.Second
	// lastingFeed is how long a stream lasts at least to count as one that gave something: a server that gives
	// and refuses in turn is not stormed.
	lastingFeed = time.Second
	// maxFeedAge is when a stream is opened anew: how late its checkpoints are is told by two clocks, which
	// drift apart.
	maxFeedAge = 5 * time.Minute
	// feedTick is how often the feed's clock is looked at. Timers alone stand still while a machine sleeps.
	feedTick = 100 * time.Millisecond
)

var (
	errFeedLate = errors.New("the feed of revocations is late by more than half of the bound")
	errFeedOld  = errors.New("the feed of revocations is opened anew in time")
)

// feed keeps a feedState up to date, with one stream that is opened again whenever it ends.
type feed struct {
	client *Client
	state  *feedState
	clock  *steadyClock
	server *serverTime
	hooks  feedHooks

	heard    atomic.Int64 // when the stream last told something, on the steady clock
	stream   atomic.Pointer[silenceContext]
	isWarned bool // whether the present episode of staleness is told
	refused  bool // whether the present refusal of the feed is told
}

// feedHooks is told what a feed does.
type feedHooks struct {
	stale     func(age time.Duration)
	reconnect func(cause error)
	refused   func(cause error)
	warnAt    time.Duration
}

// run ends with the context, or with the client.
func (f *feed) run(ctx context.Context) {
	attempt := 0
	for ctx.Err() == nil && f.client.conn.GetState() != connectivity.Shutdown {
		isGiven, err := f.follow(ctx)
		if ctx.Err() != nil || f.client.conn.GetState() == connectivity.Shutdown {
			return
		}
		if isGiven && f.clock.now()-f.state.asked >= lastingFeed {
			attempt = 0
		}
		switch {
		case errors.Is(err, errFeedOld):
			continue
		case isFeedRefused(err, isGiven):
			f.state.checkpoint.Store(nil)
			if !f.refused {
				f.refused = true
				f.hooks.refused(err)
			}
			f.pause(ctx, refusedPause)
			continue
		case attempt > 0:
			f.pause(ctx, feedPause(attempt))
		}
		attempt++
		f.hooks.reconnect(err)
	}
}

// feedPause is spread over the whole of its bound, so that the verifiers of a server that comes back do
// not open their feeds all at once.
func feedPause(attempt int) time.Duration {
	return rand.N(min(firstFeedPause<<min(attempt, 8), maxFeedPause))
}

// isFeedRefused is for what trying again soon does not mend: this client may not watch, the server keeps
// no revocations or does not know the feed, or there are more than this client keeps. A stream that was given
// is not refused: where its key was taken back, the next stream may have the one that follows it.
func isFeedRefused(err error, isGiven bool) bool {
	switch {
	case errors.Is(err, errFeedTooLarge):
		return true
	case isGiven:
		return false
	case errors.Is(err, ErrToken):
		return true
	}
	var call *CallError
	if !errors.As(err, &call) {
		return false
	}
	switch call.status.Code() {
	case codes.PermissionDenied, codes.Unimplemented, codes.Unauthenticated, codes.FailedPrecondition:
		return true
	default:
		return false
	}
}

// follow opens a stream and applies what it tells until it ends. It reports whether a checkpoint came in time.
func (f *feed) follow(ctx context.Context) (isGiven bool, err error) {
	// The feed is the client's own: what its maker's context would send along is not for the service.
	open := newSilenceContext(metadata.NewOutgoingContext(withoutCredential(ctx), metadata.MD{}))
	defer open.release()
	asked := f.clock.now()
	f.heard.Store(int64(asked))
	f.stream.Store(open)
	stream, err := f.client.raw.WatchRevocations(open, &securetokenv1.WatchRevocationsRequest{
		Cursor: f.state.begin(asked, f.server),
	}, grpc.WaitForReady(true))
	if err != nil {
		return false, FromError(err)
	}
	for {
		event, err := stream.Recv()
		if err != nil {
			return isGiven, FromError(err)
		}
		now := f.clock.now()
		f.heard.Store(int64(now))
		isFresh, err := f.state.apply(event, now)
		if err != nil {
			f.state.distrust()
			return isGiven, err
		}
		if !isFresh {
			continue
		}
		isGiven, f.refused = true, false
		f.state.sweep(now, f.server)
		switch {
		case f.state.checkpoint.Load().delay > f.hooks.warnAt:
			return false, errFeedLate
		case now-asked > maxFeedAge:
			return isGiven, errFeedOld
		}
	}
}

// watch ends streams that say nothing, and warns when the feed grows stale, until the context ends.
func (f *feed) watch(ctx context.Context) {
	ticks := time.NewTicker(feedTick)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			f.look(f.clock.now())
		}
	}
}

func (f *feed) look(now time.Duration) {
	if open := f.stream.Load(); open != nil && now-time.Duration(f.heard.Load()) > maxSilence {
		open.end(context.DeadlineExceeded)
	}
	last := f.state.checkpoint.Load()
	switch {
	case last == nil:
	case last.age(now) < f.hooks.warnAt:
		f.isWarned = false
	case !f.isWarned:
		f.isWarned = true
		f.hooks.stale(last.age(now))
	}
}

// pause waits by the steady clock, which counts a sleep of the machine, and by the timer at most.
func (f *feed) pause(ctx context.Context, pause time.Duration) {
	timer, end := time.Now().Add(pause), f.clock.now()+pause
	for {
		remaining := min(end-f.clock.now(), time.Until(timer))
		if remaining <= 0 || !sleep(ctx, min(remaining, feedTick)) {
			return
		}
	}
}
