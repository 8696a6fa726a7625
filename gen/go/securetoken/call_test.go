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
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Bearer of the call's own")
	if _, err := client.ValidateToken(ctx, "t"); err != nil {
		t.Fatal(err)
	}
	if left < 10*time.Second {
		t.Errorf("the context's own deadline became %v", left)
	}
	if !reflect.DeepEqual(sent, []string{"Bearer of the call's own"}) {
		t.Errorf("sent %v", sent)
	}
}

func TestTimeouts(t *testing.T) {
	fake := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	client := fake.newClient(t, securetoken.WithTimeout(30*time.Millisecond))
	_, err := client.ValidateToken(t.Context(), "t")
	if status.Code(err) != codes.DeadlineExceeded || errors.Is(err, securetoken.ErrToken) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyUnavailableIsTriedAgain(t *testing.T) {
	cases := map[string]struct {
		code codes.Code
		call func(*securetoken.Client) error
		want int32
	}{
		"unavailable": {codes.Unavailable, func(c *securetoken.Client) error {
			_, err := c.ValidateToken(t.Context(), "t")
			return err
		}, 3},
		"another code": {codes.Internal, func(c *securetoken.Client) error {
			_, err := c.ValidateToken(t.Context(), "t")
			return err
		}, 1},
		"a refresh": {codes.Unavailable, func(c *securetoken.Client) error {
			_, err := c.RefreshToken(t.Context(), "t", securetoken.RevokeOld())
			return err
		}, 1},
	}
	for name, it := range cases {
		t.Run(name, func(t *testing.T) {
			fake := answering(nil, status.Error(it.code, "told"))
			if err := it.call(fake.newClient(t)); status.Code(err) != it.code {
				t.Errorf("got %v", err)
			}
			if got := fake.calls.Load(); got != it.want {
				t.Errorf("tried %d times, want %d", got, it.want)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	client := connect(t, "127.0.0.1:1", securetoken.WithInsecure())
	_, err := client.ValidateToken(t.Context(), "t")
	if status.Code(err) != codes.Unavailable || errors.Is(err, securetoken.ErrToken) {
		t.Errorf("got %v", err)
	}
}
