package securetoken_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"securetoken.dev/go/securetoken"
)

// connectAll is a client of a name with several addresses.
func connectAll(t *testing.T, addresses []string, options ...securetoken.Option) *securetoken.Client {
	t.Helper()
	names := manual.NewBuilderWithScheme("several")
	var state resolver.State
	for _, address := range addresses {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: address})
	}
	names.InitialState(state)
	return connect(t, "several:///tokens", append(options, securetoken.WithInsecure(),
		securetoken.WithDialOptions(grpc.WithResolvers(names)))...)
}

func TestEveryAddressTakesItsTurn(t *testing.T) {
	one, two := answering(validResponse(), nil), answering(validResponse(), nil)
	client := connectAll(t, []string{one.start(t), two.start(t)})
	ask := func() {
		t.Helper()
		if err := validate(t, client); err != nil {
			t.Fatal(err)
		}
	}
	for one.calls.Load() == 0 || two.calls.Load() == 0 { // until both are connected
		ask()
	}
	before := [2]int32{one.calls.Load(), two.calls.Load()}
	for range 100 {
		ask()
	}
	if first, second := one.calls.Load()-before[0], two.calls.Load()-before[1]; first != 50 || second != 50 {
		t.Errorf("asked %d and %d times", first, second)
	}
}

func TestAnAddressRestsAfterItsFirstDeadline(t *testing.T) {
	var hangs atomic.Bool
	silent := &fakeService{answer: func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		if hangs.Load() {
			<-ctx.Done()
			time.Sleep(20 * time.Millisecond) // its own deadline must not be an answer
		}
		return validResponse(), nil
	}}
	well := answering(validResponse(), nil)
	client := connectAll(t, []string{silent.start(t), well.start(t)}, securetoken.WithTimeout(150*time.Millisecond))
	for silent.calls.Load() == 0 || well.calls.Load() == 0 { // until both are connected
		if err := validate(t, client); err != nil {
			t.Fatal(err)
		}
	}
	hangs.Store(true)
	failed := 0
	for range 35 {
		if err := validate(t, client); status.Code(err) == codes.DeadlineExceeded {
			failed++
		} else if err != nil {
			t.Errorf("got %v", err)
		}
	}
	if failed != 1 {
		t.Errorf("%d of 35 calls met the deadline", failed)
	}
}

func TestASlowCallIsNoSilentServer(t *testing.T) {
	fake := &fakeService{answer: func(ctx context.Context, method string, _ proto.Message) (proto.Message, error) {
		if method != "/securetoken.v1.TokenService/ValidateToken" {
			<-ctx.Done()
		}
		return validResponse(), nil
	}}
	other := answering(validResponse(), nil)
	client := connectAll(t, []string{fake.start(t), other.start(t)}, securetoken.WithTimeout(100*time.Millisecond))
	done := make(chan struct{})
	for range 4 {
		go func() {
			client.ExportConfig(t.Context())
			done <- struct{}{}
		}()
	}
	for range 4 {
		for range 10 {
			validate(t, client) // answered meanwhile
		}
		<-done
	}
	before := fake.calls.Load()
	for range 10 {
		validate(t, client)
	}
	if fake.calls.Load() == before {
		t.Error("a server that answers others rests")
	}
}
