package securetoken_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

// TestASilentServerMeetsTheDeadline is one that accepts connections and never says a word: it may have
// got the call, so it is not called unavailable.
func TestASilentServerMeetsTheDeadline(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	client := connect(t, listener.Addr().String(), securetoken.WithInsecure())
	err = validate(t, client) // of 5 seconds, in which connecting is tried several times
	if status.Code(err) != codes.DeadlineExceeded || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}
