package securetoken_test

import (
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	"securetoken.dev/go/securetoken"
)

func TestASnapshotTakesNothingAway(t *testing.T) {
	feed := startScripted(t)
	verifier, _ := feed.verifier(t)
	feed.events <- page(true, true, revokedToken("good-old"))
	feed.events <- checkpointOf("c-1", 0, "key-1")
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	feed.events <- page(true, false, revokedToken("good-new"))
	feed.events <- changes(revokedToken("good-change"))
	await(t, "the change", func() bool { return verifier.Stats().Revocations == 3 })
	feed.events <- status.Error(codes.Unavailable, "goodbye, amid the snapshot")
	feed.events <- page(true, true, revokedToken("good-other"))
	await(t, "another snapshot", func() bool { return verifier.Stats().Revocations == 4 })
	for _, token := range []string{"good-old", "good-new", "good-change", "good-other"} {
		mustBeRevoked(t, verifier, token)
	}
}

func TestAStreamThatWasGivenIsNotRefusedButOpenedAnew(t *testing.T) {
	told := make(chan error, 10)
	for _, code := range []codes.Code{codes.PermissionDenied, codes.Unauthenticated, codes.FailedPrecondition} {
		feed := startScripted(t)
		verifier, clock := feed.verifier(t, securetoken.WithVerifierHooks(securetoken.VerifierHooks{
			FeedRefused: func(cause error) { told <- cause },
		}))
		<-feed.cursors
		feed.ready(t, verifier)
		mustVerify(t, verifier, "good")
		clock.move(time.Second, time.Second)
		feed.events <- status.Error(code, "the key is taken back")
		if cursor := <-feed.cursors; cursor != "c-1" {
			t.Errorf("resumes at %q", cursor)
		}
		mustVerify(t, verifier, "good")
		feed.mustHaveAsked(t, 1)
		if len(told) != 0 {
			t.Errorf("%v: told of a refusal", code)
		}
		feed.events <- status.Error(code, "and the next one is not known")
		<-told
		mustVerify(t, verifier, "good")
		feed.mustHaveAsked(t, 2)
	}
}

func TestNothingIsNewerThanTheRequestAndTheUptime(t *testing.T) {
	feed := startScripted(t)
	verifier, clock := feed.verifier(t)
	feed.ready(t, verifier)
	clock.move(2*time.Second, 0)
	for uptime, staleness := range map[time.Duration]time.Duration{
		0: 2 * time.Second, 500 * time.Millisecond: 1500 * time.Millisecond, 2 * time.Second: 0, time.Hour: 0,
	} {
		checkpoint := checkpointOf("c-2", time.Second, "key-1")
		checkpoint.GetCheckpoint().Uptime = durationpb.New(uptime)
		feed.events <- checkpoint
		await(t, "the checkpoint", func() bool { return verifier.Stats().Staleness == time.Second+staleness })
	}
}

func TestALateStreamIsOpenedAnew(t *testing.T) {
	feed := startScripted(t)
	verifier, clock := feed.verifier(t, securetoken.WithMaxStaleness(5*time.Second))
	<-feed.cursors
	feed.ready(t, verifier)
	mustVerify(t, verifier, "good")
	late := checkpointOf("c-2", 0, "key-1")
	late.GetCheckpoint().Uptime = durationpb.New(0)
	clock.move(2500*time.Millisecond+1, 0)
	feed.events <- late
	if cursor := <-feed.cursors; cursor != "c-2" {
		t.Errorf("resumes at %q", cursor)
	}
	if staleness := verifier.Stats().Staleness; staleness != 2500*time.Millisecond+1 {
		t.Errorf("is %v old", staleness)
	}
	mustVerify(t, verifier, "good")
	clock.move(2500*time.Millisecond, 0)
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 2)
}

func TestAStreamIsOpenedAnewAfterFiveMinutes(t *testing.T) {
	var reconnects atomic.Int32
	feed := startScripted(t)
	verifier, clock := feed.verifier(t, securetoken.WithVerifierHooks(securetoken.VerifierHooks{
		Disconnected: func(error) { reconnects.Add(1) },
	}))
	<-feed.cursors
	feed.ready(t, verifier)
	mustVerify(t, verifier, "good")
	for range 150 {
		clock.move(2*time.Second, 2*time.Second)
		feed.events <- checkpointOf("c-2", 0, "key-1")
		await(t, "the checkpoint", func() bool { return verifier.Stats().Staleness == 0 })
	}
	if len(feed.cursors) != 0 {
		t.Error("is opened anew before five minutes are over")
	}
	clock.move(time.Nanosecond, 0)
	feed.events <- checkpointOf("c-3", 0, "key-1")
	if cursor := <-feed.cursors; cursor != "c-3" {
		t.Errorf("resumes at %q", cursor)
	}
	mustVerify(t, verifier, "good")
	feed.mustHaveAsked(t, 1)
	if reconnects.Load() != 0 {
		t.Error("told of it")
	}
}

// pass lets time go on, with a checkpoint each two seconds at most: a feed that says nothing for longer is given up.
func (f *scriptedFeed) pass(t *testing.T, verifier *securetoken.Verifier, clock *movedClock, passes, staleness time.Duration) {
	t.Helper()
	for left := passes; left > 0; left -= 2 * time.Second {
		step := min(left, 2*time.Second)
		clock.move(step, step)
		f.events <- checkpointOf("c-2", staleness, "key-1")
		await(t, "the checkpoint", func() bool { return verifier.Stats().Staleness == staleness })
	}
}

func TestAFeedStaysAtItsServerUnlessThatKnowsTooLittle(t *testing.T) {
	at, other := startScripted(t), startScripted(t)
	client := connectAll(t, []string{at.address, other.address}, securetoken.WithTimeout(2*time.Second))
	for at.singles.Load() == 0 || other.singles.Load() == 0 { // until both are connected
		if _, err := client.ValidateToken(t.Context(), "good"); err != nil {
			t.Fatal(err)
		}
	}
	clock := &movedClock{}
	verifier, err := securetoken.NewVerifier(client, securetoken.WithVerifierClock(clock))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(verifier.Close)
	select {
	case <-at.cursors:
	case <-other.cursors:
		at, other = other, at
	}
	at.ready(t, verifier)
	for range 2 {
		at.pass(t, verifier, clock, 5*time.Minute, 0)
		clock.move(time.Nanosecond, 0)
		at.events <- checkpointOf("c-3", 0, "key-1")
		if cursor := <-at.cursors; cursor != "c-3" {
			t.Errorf("resumes at %q", cursor)
		}
	}
	if len(other.cursors) != 0 {
		t.Error("has gone to the other server")
	}
	at.pass(t, verifier, clock, 5*time.Second, 11*time.Second)
	clock.move(time.Nanosecond, 0)
	at.events <- checkpointOf("c-4", 11*time.Second, "key-1")
	if cursor := <-other.cursors; cursor != "c-4" {
		t.Errorf("resumes at %q", cursor)
	}
}
