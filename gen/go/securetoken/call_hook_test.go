package securetoken_test

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
	"securetoken.dev/go/securetokentest"
)

// calls keeps what a hook is told.
type calls struct {
	mu   sync.Mutex
	told []securetoken.EndedCall
}

func (c *calls) tell(call securetoken.EndedCall) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.told = append(c.told, call)
}

func (c *calls) names() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := make([]string, 0, len(c.told))
	for _, call := range c.told {
		names = append(names, call.Method+" "+call.Code)
	}
	return names
}

func TestTheCallHookIsToldOfEachCallOnce(t *testing.T) {
	service := securetokentest.NewService()
	defer service.Close()
	var calls calls
	client, err := securetoken.New(service.Address(), securetoken.WithInsecure(),
		securetoken.WithTimeout(50*time.Second), securetoken.WithCallHook(calls.tell))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	guard, err := securetoken.NewGuard(client)
	if err != nil {
		t.Fatal(err)
	}

	token := service.Issue("ada", "notes:read")
	client.CheckPermission(context.Background(), token, "notes:write")
	client.ValidateToken(context.Background(), "no token")
	guard.Ready(context.Background())
	service.GoAway()
	hasty, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	_, gone := client.ValidateToken(hasty, token) // tried again until its deadline

	want := []string{
		"CheckPermission PERMISSION_DENIED", "ValidateToken UNAUTHENTICATED", "ValidateToken UNAUTHENTICATED",
		"ValidateToken " + code.Code(status.Code(gone)).String(),
	}
	if got := calls.names(); !slices.Equal(got, want) {
		t.Errorf("told %q", got)
	}
	text, err := json.Marshal(calls.told)
	if err != nil || strings.Contains(string(text), token) {
		t.Errorf("told %s, %v", text, err)
	}
	if calls.told[0].Duration <= 0 {
		t.Errorf("took %v", calls.told[0].Duration)
	}
	if _, err := securetoken.New("localhost:1", securetoken.WithCallHook(nil)); err == nil {
		t.Error("a nil hook is taken")
	}
}

func TestFunctionsOfTheProgramThatPanicEndNothing(t *testing.T) {
	service := securetokentest.NewService()
	defer service.Close()
	var hasKey atomic.Bool
	client, err := securetoken.New(service.Address(), securetoken.WithInsecure(),
		securetoken.WithCallHook(func(securetoken.EndedCall) { panic("a bug of the hook") }),
		securetoken.WithAPIKeyFunc(func(context.Context) (string, error) {
			if !hasKey.Load() {
				panic("a bug of the key's function")
			}
			return "key", nil
		}))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	guards := make([]*securetoken.Guard, 2)
	for i, options := range [][]securetoken.GuardOption{nil, {securetoken.WithWatch()}} {
		if guards[i], err = securetoken.NewGuard(client, options...); err != nil {
			t.Fatal(err)
		}
		defer guards[i].Close()
	}
	token := service.Issue("ada", "notes:read")
	for _, want := range []int{http.StatusServiceUnavailable, http.StatusNoContent} {
		for _, guard := range guards {
			handler := guard.HTTP("notes:read")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusNoContent)
			}))
			if status := statusOf(t, handler, token); status != want {
				t.Errorf("answered %d instead of %d", status, want)
			}
		}
		hasKey.Store(true)
	}
}

func TestTheCacheTellsOfHits(t *testing.T) {
	service := securetokentest.NewService()
	defer service.Close()
	client, err := securetoken.New(service.Address(), securetoken.WithInsecure())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	hits := 0
	guard, err := securetoken.NewGuard(client,
		securetoken.WithCache(time.Minute, 10), securetoken.WithCacheHitHook(func() { hits++ }))
	if err != nil {
		t.Fatal(err)
	}
	handler := guard.HTTP("notes:read")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	}))
	token, other := service.Issue("ada", "notes:read"), service.Issue("bob", "notes:read")
	for _, presented := range []string{token, other, token, token} {
		if status := statusOf(t, handler, presented); status != http.StatusNoContent {
			t.Errorf("answered %d", status)
		}
	}
	if hits != 2 {
		t.Errorf("%d hits", hits)
	}
}
