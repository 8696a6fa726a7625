package securetoken_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

func TestTheRawClientSharesDeadlineAndKey(t *testing.T) {
	var left time.Duration
	var sent []string
	fake := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		deadline, _ := ctx.Deadline()
		left, sent = time.Until(deadline), sentAuthorization(ctx)
		return validResponse(), nil
	}}
	client := fake.newClient(t, securetoken.WithAPIKey("caller-key"))
	if _, err := client.Raw().ValidateToken(t.Context(), &securetokenv1.ValidateTokenRequest{}); err != nil {
		t.Fatal(err)
	}
	if left <= 0 || left > 5*time.Second {
		t.Errorf("the default deadline is %v away", left)
	}
	if !reflect.DeepEqual(sent, []string{"Bearer caller-key"}) {
		t.Errorf("sent %v", sent)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer of a user", "other", "kept")
	if _, err := client.ValidateToken(ctx, "t"); err != nil {
		t.Fatal(err)
	}
	if left < 10*time.Second {
		t.Errorf("the context's own deadline became %v", left)
	}
	if !reflect.DeepEqual(sent, []string{"Bearer caller-key"}) {
		t.Errorf("a forwarded token takes the key's place: sent %v", sent)
	}
	if _, err := client.ValidateToken(securetoken.ContextWithCredential(ctx, "of-a-holder"), "t"); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(sent, []string{"Bearer of-a-holder"}) {
		t.Errorf("sent %v", sent)
	}
}

func TestNoDeadlineExceedsWhatTheServerTakes(t *testing.T) {
	var left time.Duration
	fake := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		deadline, _ := ctx.Deadline()
		left = time.Until(deadline)
		return validResponse(), nil
	}}
	for _, limit := range []time.Duration{time.Minute, 2 * time.Minute} {
		ctx, cancel := context.WithTimeout(t.Context(), limit)
		defer cancel()
		if _, err := fake.newClient(t).ValidateToken(ctx, "t"); err != nil {
			t.Fatal(err)
		}
		if left > 59900*time.Millisecond || left < 50*time.Second {
			t.Errorf("a deadline of %v is sent as %v", limit, left)
		}
	}
	if _, err := fake.newClient(t, securetoken.WithTimeout(time.Minute)).ValidateToken(t.Context(), "t"); err != nil {
		t.Fatal(err)
	}
	if left > 59900*time.Millisecond || left < 50*time.Second {
		t.Errorf("a timeout of a minute is sent as %v", left)
	}
}

func TestTimeouts(t *testing.T) {
	fake := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	client := fake.newClient(t, securetoken.WithTimeout(30*time.Millisecond))
	_, err := client.ValidateToken(t.Context(), "t")
	if status.Code(err) != codes.DeadlineExceeded || !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, securetoken.ErrToken) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(5*time.Millisecond, cancel)
	if _, err := fake.newClient(t).ValidateToken(ctx, "t"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNobodyListens(t *testing.T) {
	client := connect(t, "127.0.0.1:1", securetoken.WithInsecure(), securetoken.WithTimeout(300*time.Millisecond))
	_, err := client.ValidateToken(t.Context(), "t")
	if status.Code(err) != codes.Unavailable || errors.Is(err, securetoken.ErrToken) {
		t.Errorf("got %v", err)
	}
}
