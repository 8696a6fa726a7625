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
	// behindFeedAge is the same for a stream whose server knows too little to be vouched by: the next one may be
	// another server's. It doubles each time, as all servers may know too little.
	behindFeedAge = 5 * time.Second
	// leastStale is what no knowledge is called stale before: there is a checkpoint each second.
	leastStale = 1500 * time.Millisecond
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
	hooks  feedHooks

	heard       atomic.Int64 // when the stream last told something, on the steady clock
	stream      atomic.Pointer[silenceContext]
	isWarned    bool // whether the present episode of staleness is told
	isConnected bool // whether the present feed is told
	refused     bool // whether the present refusal of the feed is told
	behindAge   time.Duration
	staying     staying
}

// feedHooks is told what a feed does.
type feedHooks struct {
	stale        func(age time.Duration)
	connected    func()
	disconnected func(cause error)
	refused      func(cause error)
	bound        time.Duration // the most that what is known may be old
}

// run ends with the context, or with the client.
func (f *feed) run(ctx context.Context) {
	attempt := 0
	f.behindAge = behindFeedAge
	for ctx.Err() == nil && f.client.conn.GetState() != connectivity.Shutdown {
		isGiven, err := f.follow(ctx)
		if ctx.Err() != nil || f.client.conn.GetState() == connectivity.Shutdown {
			return
		}
		if isGiven && f.clock.now()-f.state.asked >= lastingFeed {
			attempt = 0
		}
		if errors.Is(err, errFeedOld) {
			continue
		}
		f.staying.leave()
		f.isConnected = false
		if isFeedRefused(err, isGiven) {
			f.state.checkpoint.Store(nil)
			if !f.refused {
				f.refused = true
				f.hooks.refused(err)
			}
			f.pause(ctx, refusedPause)
			continue
		}
		f.hooks.disconnected(err)
		if attempt > 0 {
			f.pause(ctx, feedPause(attempt))
		}
		attempt++
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
	open := newSilenceContext(metadata.NewOutgoingContext(f.staying.in(withoutCredential(ctx)), metadata.MD{}))
	defer open.release()
	asked := f.clock.now()
	f.heard.Store(int64(asked))
	f.stream.Store(open)
	stream, err := f.client.raw.WatchRevocations(open, &securetokenv1.WatchRevocationsRequest{
		Cursor: f.state.begin(asked, f.clock.wall()),
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
		f.refused = false
		f.state.sweep(now, f.clock.wall())
		last := f.state.checkpoint.Load()
		if last.delay > f.hooks.bound/2 {
			return false, errFeedLate
		}
		isGiven = true
		if !f.isConnected {
			f.isConnected = true
			f.hooks.connected()
		}
		if f.isOver(now-asked, last) {
			return isGiven, errFeedOld
		}
	}
}

// isOver reports whether a stream has lasted for as long as one does.
func (f *feed) isOver(age time.Duration, last *checkpoint) bool {
	if last.staleness <= f.hooks.bound {
		f.behindAge = behindFeedAge
		return age > maxFeedAge
	}
	if age <= f.behindAge {
		return false
	}
	f.behindAge = min(2*f.behindAge, maxFeedAge)
	f.staying.leave()
	return true
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
	warnAt := max(f.hooks.bound/2, leastStale)
	if f.isWarned {
		warnAt /= 2
	}
	last := f.state.checkpoint.Load()
	isStale := last != nil && last.age(now) >= warnAt
	if isStale && !f.isWarned {
		f.hooks.stale(last.age(now))
	}
	f.isWarned = isStale
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
