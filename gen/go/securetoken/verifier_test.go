package securetoken_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

func mustVerify(t *testing.T, verifier *securetoken.Verifier, token string) {
	t.Helper()
	if _, err := verifier.Verify(t.Context(), token); err != nil {
		t.Errorf("%s: %v", token, err)
	}
}

func mustBeRevoked(t *testing.T, verifier *securetoken.Verifier, token string) {
	t.Helper()
	_, err := verifier.Verify(t.Context(), token)
	var refused *securetoken.TokenError
	if !errors.Is(err, securetoken.ErrInvalidToken) || !errors.As(err, &refused) ||
		refused.Reason != securetoken.ReasonTokenRevoked || status.Code(err) != codes.Unauthenticated {
		t.Errorf("%s: got %v", token, err)
	}
}

func (f *scriptedFeed) mustHaveAsked(t *testing.T, tokens int32) {
	t.Helper()
	if asked := f.asked.Load(); asked != tokens {
		t.Errorf("asked about %d tokens, not %d", asked, tokens)
	}
}

func TestEverythingIsAskedUntilTheSnapshotIsWhole(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t)
	mustVerify(t, verifier, "good")
	mustVerify(t, verifier, "good")
	feed.events <- page(true, false)
	feed.events <- page(false, true)
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 3)
	feed.events <- checkpointOf("c-1", 0, "key-1")
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 3)
	if stats := verifier.Stats(); stats.Hits != 1 || stats.Misses != 3 || stats.Entries != 1 {
		t.Errorf("got %+v", stats)
	}
}

func TestEveryKindOfRevocationIsApplied(t *testing.T) {
	for name, it := range map[string]struct {
		revocation *securetokenv1.Revocation
		isHit      bool
	}{
		"the token":                     {revokedToken("good"), true},
		"another token":                 {revokedToken("other"), false},
		"the session":                   {revokedSession("session-1"), true},
		"another session":               {revokedSession("session-2"), false},
		"the user":                      {cutOffUser("user-1", issued), true},
		"the user, a microsecond less":  {cutOffUser("user-1", issued.Add(-time.Microsecond)), false},
		"another user":                  {cutOffUser("user-2", issued.Add(time.Hour)), false},
		"everything":                    {cutOffEverything(issued), true},
		"everything, a microsecond off": {cutOffEverything(issued.Add(-time.Microsecond)), false},
	} {
		t.Run(name, func(t *testing.T) {
			feed := startScripted(t)
			verifier, _ := feed.verifier(t)
			feed.ready(t, verifier)
			mustVerify(t, verifier, "good")
			feed.events <- changes(it.revocation)
			await(t, "the change", func() bool { return verifier.Stats().Revocations == 1 })
			if it.isHit {
				mustBeRevoked(t, verifier, "good")
			} else {
				mustVerify(t, verifier, "good")
			}
			feed.mustHaveAsked(t, 1)
		})
	}
}

func TestAnAnswerOnItsWayIsHeldAgainstWhatCameMeanwhile(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t)
	feed.ready(t, verifier)
	hold := make(chan struct{})
	feed.hold.Store(&hold)
	answered := make(chan error)
	go func() {
		_, err := verifier.Verify(t.Context(), "good")
		answered <- err
	}()
	await(t, "the call", func() bool { return feed.asked.Load() == 1 })
	feed.events <- changes(revokedToken("good"))
	await(t, "the change", func() bool { return verifier.Stats().Revocations == 1 })
	close(hold)
	if err := <-answered; !errors.Is(err, securetoken.ErrInvalidToken) {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerIsAsOldAsTheTryThatGaveIt(t *testing.T) {
	feed := startScripted(t)
	var isUp atomic.Bool
	dial := func(ctx context.Context, address string) (net.Conn, error) {
		if !isUp.Load() {
			return nil, errors.New("nobody listens")
		}
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	client := connect(t, feed.address, securetoken.WithInsecure(),
		securetoken.WithDialOptions(grpc.WithContextDialer(dial)))
	clock := &movedClock{}
	verifier, err := securetoken.NewVerifier(client, securetoken.WithVerifierClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(verifier.Close)
	answered := make(chan error)
	go func() {
		_, err := verifier.Verify(t.Context(), "good")
		answered <- err
	}()
	await(t, "the check", func() bool { return verifier.Stats().Misses == 1 })
	clock.move(time.Minute, time.Minute) // the bound is ten seconds
	isUp.Store(true)
	if err := <-answered; err != nil {
		t.Errorf("got %v", err)
	}
}

func TestAStaleFeedVouchesForNothing(t *testing.T) {
	var stale atomic.Int32
	feed := startScripted(t)
	verifier, clock := feed.verifier(t, securetoken.WithVerifierHooks(securetoken.VerifierHooks{
		Stale: func(time.Duration) { stale.Add(1) },
	}))
	feed.ready(t, verifier)
	mustVerify(t, verifier, "good")
	feed.events <- checkpointOf("c-2", 8*time.Second, "key-1")
	await(t, "the warning", func() bool { return stale.Load() == 1 })
	clock.move(2*time.Second, 2*time.Second) // a feed that says nothing for more than 3 s is given up
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 1)
	clock.move(time.Nanosecond, 0)
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 2)

	away := status.Error(codes.Unavailable, "away")
	feed.fail.Store(&away)
	_, err := verifier.Verify(t.Context(), "good")
	var unavailable *securetoken.ServiceUnavailableError
	if !errors.As(err, &unavailable) {
		t.Errorf("got %v", err)
	}
	feed.fail.Store(nil)
	feed.events <- checkpointOf("c-3", 0, "key-1")
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	asked := feed.asked.Load()
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, asked)
	if stale.Load() != 1 {
		t.Errorf("warned %d times of one episode", stale.Load())
	}
}

func TestOnlyASleepMakesTheWallClockCount(t *testing.T) {
	feed := startScripted(t)
	verifier, clock := feed.verifier(t)
	feed.ready(t, verifier)
	mustVerify(t, verifier, "good")
	clock.move(0, -time.Hour) // set back
	clock.move(11*time.Second, 11*time.Second)
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 2)
	await(t, "another stream", func() bool { return len(feed.cursors) == 2 })
	feed.events <- checkpointOf("c-2", 0, "key-1")
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	clock.move(0, time.Hour+11*time.Second) // a sleep, as far as the wall clock tells
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 3)
}

func TestATokenOfAKeyThatIsGoneIsAskedAbout(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t)
	feed.ready(t, verifier)
	mustVerify(t, verifier, "good")
	for _, keyIDs := range [][]string{{"key-2"}, nil} {
		asked := feed.asked.Load()
		feed.events <- checkpointOf("c-2", time.Second, keyIDs...)
		await(t, "the checkpoint", func() bool { return verifier.Stats().Staleness == time.Second })
		mustVerify(t, verifier, "good")
		feed.mustHaveAsked(t, asked+1)
		feed.events <- checkpointOf("c-3", 0, keyIDs...)
		await(t, "the checkpoint", func() bool { return verifier.Stats().Staleness == 0 })
	}
}

func TestAStreamThatEndsIsResumedAtItsCursor(t *testing.T) {
	var reconnects atomic.Int32
	feed := startScripted(t)
	verifier, _ := feed.verifier(t, securetoken.WithVerifierHooks(securetoken.VerifierHooks{
		Disconnected: func(error) { reconnects.Add(1) },
	}))
	if cursor := <-feed.cursors; cursor != "" {
		t.Errorf("begins at %q", cursor)
	}
	feed.events <- page(true, true)
	feed.events <- status.Error(codes.Unavailable, "goodbye, before the checkpoint")
	if cursor := <-feed.cursors; cursor != "" {
		t.Errorf("resumes at %q", cursor)
	}
	feed.ready(t, verifier)
	mustVerify(t, verifier, "good")
	feed.events <- page(true, false)
	feed.events <- status.Error(codes.Unavailable, "goodbye, amid a snapshot")
	if cursor := <-feed.cursors; cursor != "c-1" {
		t.Errorf("resumes at %q", cursor)
	}
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 1)
	feed.events <- changes(revokedToken("good"))
	await(t, "the change", func() bool { return verifier.Stats().Revocations == 1 })
	mustBeRevoked(t, verifier, "good")
	if reconnects.Load() != 2 {
		t.Errorf("told of %d reconnects", reconnects.Load())
	}
}

func TestAMalformedFeedEndsTheTrustInIt(t *testing.T) {
	short := cutOffUser("user-1", issued)
	short.Target = &securetokenv1.Revocation_UserIdSha256{UserIdSha256: make([]byte, 31)}
	endless := revokedToken("good")
	endless.ExpiresAt = nil
	without := checkpointOf("c-2", 0, "key-1")
	without.GetCheckpoint().Staleness = nil
	for name, event := range map[string]*securetokenv1.WatchRevocationsResponse{
		"an unknown event":              {},
		"a page of no snapshot":         page(false, true),
		"a hash of 31 bytes":            changes(short),
		"a target of no kind":           changes(&securetokenv1.Revocation{}),
		"an entry without an end":       changes(endless),
		"a checkpoint without an age":   without,
		"a checkpoint of the future":    checkpointOf("c-2", -time.Second, "key-1"),
		"a cut-off without its instant": changes(&securetokenv1.Revocation{Target: short.Target, ExpiresAt: short.ExpiresAt}),
	} {
		t.Run(name, func(t *testing.T) {
			feed := startScripted(t)
			verifier, _ := feed.verifier(t)
			<-feed.cursors
			feed.ready(t, verifier)
			mustVerify(t, verifier, "good")
			feed.events <- event
			if cursor := <-feed.cursors; cursor != "" {
				t.Errorf("begins anew at %q", cursor)
			}
			if verifier.Stats().IsReady {
				t.Error("is ready")
			}
			mustVerify(t, verifier, "good")
			feed.mustHaveAsked(t, 2)
			feed.ready(t, verifier)
			mustVerify(t, verifier, "good")
			feed.mustHaveAsked(t, 2)
		})
	}
}

func TestASilentFeedIsOpenedAnew(t *testing.T) {
	feed := startScripted(t)
	verifier, clock := feed.verifier(t)
	<-feed.cursors
	feed.ready(t, verifier)
	clock.move(3*time.Second+time.Millisecond, 3*time.Second)
	if cursor := <-feed.cursors; cursor != "c-1" {
		t.Errorf("resumes at %q", cursor)
	}
}

func TestARefusedFeedIsToldOnceAndTriedEachMinute(t *testing.T) {
	for _, refusal := range []error{
		status.Error(codes.PermissionDenied, "not you"),
		status.Error(codes.Unimplemented, "an older server"),
		status.Error(codes.Unauthenticated, "who are you?"),
		failure(codes.InvalidArgument, "this needs a server that keeps revocations", &securetokenv1.TokenErrorDetail{
			Kind: securetokenv1.TokenErrorKind_TOKEN_ERROR_KIND_TOKEN_ERROR,
		}),
	} {
		told := make(chan error, 10)
		feed := startScripted(t)
		feed.events <- refusal
		verifier, clock := feed.verifier(t, securetoken.WithVerifierHooks(securetoken.VerifierHooks{
			FeedRefused: func(cause error) { told <- cause },
		}))
		<-feed.cursors
		<-told
		mustVerify(t, verifier, "good")
		mustVerify(t, verifier, "good")
		feed.mustHaveAsked(t, 2)
		feed.events <- refusal
		for range 2 {
			await(t, "another try", func() bool {
				clock.move(10*time.Second, 10*time.Second)
				return len(feed.cursors) > 0
			})
			<-feed.cursors
		}
		feed.ready(t, verifier)
		if len(told) != 0 {
			t.Errorf("%v: told again", refusal)
		}
	}
}

func TestConcurrentChecksOfOneTokenAreOneCallAndABurstIsABatch(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t)
	feed.ready(t, verifier)
	var checks sync.WaitGroup
	for i := range 200 {
		checks.Go(func() { mustVerify(t, verifier, fmt.Sprintf("good-%d", i%50)) })
	}
	checks.Wait()
	feed.mustHaveAsked(t, 50)
	// How many are batched depends on when each comes.
	if calls := feed.singles.Load() + feed.batches.Load(); calls > 25 {
		t.Errorf("made %d calls", calls)
	}
}

func TestAVerifierThatMayNotBatchAsksOneByOne(t *testing.T) {
	feed := startScripted(t)
	feed.mayNotBatch = true
	verifier, _ := feed.verifier(t)
	hold := make(chan struct{})
	feed.hold.Store(&hold)
	var checks sync.WaitGroup
	for i := range 4 {
		checks.Go(func() { mustVerify(t, verifier, fmt.Sprintf("good-%d", i)) })
	}
	await(t, "the batch", func() bool { return feed.batches.Load() == 1 })
	await(t, "the single calls", func() bool { return feed.singles.Load() == 4 })
	close(hold)
	checks.Wait()
	for i := range 4 {
		checks.Go(func() { mustVerify(t, verifier, fmt.Sprintf("good-%d", i)) })
	}
	checks.Wait()
	if batches := feed.batches.Load(); batches != 1 {
		t.Errorf("tried %d batches", batches)
	}
}

func TestTheLeastRecentlyUsedGoFirst(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t, securetoken.WithMaxEntries(2))
	feed.ready(t, verifier)
	for _, token := range []string{"good-a", "good-b", "good-a", "good-c"} {
		mustVerify(t, verifier, token)
	}
	feed.mustHaveAsked(t, 3)
	mustVerify(t, verifier, "good-a")
	feed.mustHaveAsked(t, 3)
	mustVerify(t, verifier, "good-b")
	feed.mustHaveAsked(t, 4)
}

func TestRefusalsAreNotKept(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t)
	feed.ready(t, verifier)
	for range 2 {
		if _, err := verifier.Verify(t.Context(), "bad"); !errors.Is(err, securetoken.ErrInvalidToken) {
			t.Errorf("got %v", err)
		}
	}
	feed.mustHaveAsked(t, 2)
	if refusals := verifier.Stats().Refusals[securetoken.ReasonTokenMalformed]; refusals != 2 {
		t.Errorf("counted %d refusals", refusals)
	}
}

func TestAPermissionIsFoundInTheAnswer(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t)
	feed.ready(t, verifier)
	if err := verifier.CheckPermission(t.Context(), "good", "read"); err != nil {
		t.Error(err)
	}
	err := verifier.CheckPermission(t.Context(), "good", "write")
	var denied *securetoken.TokenError
	if !errors.Is(err, securetoken.ErrPermissionDenied) || !errors.As(err, &denied) || denied.RequiredPermission != "write" ||
		denied.Message != "Permission 'write' not granted" || status.Code(err) != codes.PermissionDenied {
		t.Errorf("got %v", err)
	}
	feed.mustHaveAsked(t, 1)
}

func TestATokenEndsByItsTime(t *testing.T) {
	feed := startScripted(t)
	verifier, clock := feed.verifier(t, securetoken.WithMaxStaleness(5*time.Minute))
	feed.ready(t, verifier)
	mustVerify(t, verifier, "good")
	clock.move(time.Hour-time.Nanosecond, 0)
	feed.events <- checkpointOf("c-2", 0, "key-1")
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	valid, err := verifier.Verify(t.Context(), "good")
	if err != nil || valid.TimeRemaining != time.Nanosecond {
		t.Errorf("got %v, %v", valid, err)
	}
	feed.mustHaveAsked(t, 1)
	clock.move(time.Nanosecond, 0)
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 2)
}

func TestAClosedVerifierLeavesNothingBehind(t *testing.T) {
	feed := startScripted(t)
	client := connect(t, feed.address, securetoken.WithInsecure())
	verifier, err := securetoken.NewVerifier(client)
	if err != nil {
		t.Fatal(err)
	}
	feed.ready(t, verifier)
	if !strings.Contains(stacks(), "(*feed)") {
		t.Error("looks for goroutines by the wrong name")
	}
	verifier.Close()
	if found := stacks(); strings.Contains(found, "(*feed)") {
		t.Errorf("goroutines stay behind:\n%s", found)
	}
	mustVerify(t, verifier, "good")
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 2)

	other, err := securetoken.NewVerifier(connect(t, feed.address, securetoken.WithInsecure()))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	feed.ready(t, other)
}

func TestAVerifierEndsWithItsClient(t *testing.T) {
	feed := startScripted(t)
	client := connect(t, feed.address, securetoken.WithInsecure())
	verifier, err := securetoken.NewVerifier(client)
	if err != nil {
		t.Fatal(err)
	}
	feed.ready(t, verifier)
	client.Close()
	await(t, "the end of the feed", func() bool { return !strings.Contains(stacks(), "(*feed)") })
}

func stacks() string {
	text := make([]byte, 1<<20)
	return string(text[:runtime.Stack(text, true)])
}

func TestBoundsOfAVerifier(t *testing.T) {
	client := connect(t, "127.0.0.1:1", securetoken.WithInsecure())
	for name, option := range map[string]securetoken.VerifierOption{
		"a staleness of less than a second":  securetoken.WithMaxStaleness(time.Second - 1),
		"a staleness of more than 5 minutes": securetoken.WithMaxStaleness(5*time.Minute + 1),
		"no entries":                         securetoken.WithMaxEntries(0),
		"too many entries":                   securetoken.WithMaxEntries(10_000_001),
		"less than a mebibyte":               securetoken.WithMaxBytes(1<<20 - 1),
		"no logger":                          securetoken.WithVerifierLogger(nil),
		"no clock":                           securetoken.WithVerifierClock(nil),
	} {
		if _, err := securetoken.NewVerifier(client, option); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := securetoken.NewVerifier(nil); err == nil {
		t.Error("no client: accepted")
	}
}
