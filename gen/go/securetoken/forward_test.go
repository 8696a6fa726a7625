package securetoken_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"securetoken.dev/go/securetoken"
)

func TestForwardingTheUsersToken(t *testing.T) {
	var sent []string
	invoke := func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
		outgoing, _ := metadata.FromOutgoingContext(ctx)
		sent = outgoing.Get("authorization")
		return nil
	}
	var next *http.Request
	handler := protected(t, knowing(map[string][]string{"reader": {"read"}}), []string{"read"})
	guard := newGuard(t, knowing(map[string][]string{"reader": {"read"}}).newClient(t))
	handler = guard.HTTP("read")(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		ctx := metadata.AppendToOutgoingContext(r.Context(), "authorization", "Bearer before", "other", "kept")
		if err := securetoken.ForwardTokenUnary(ctx, "/x/Y", nil, nil, nil, invoke); err != nil {
			t.Error(err)
		}
		outgoing, _ := metadata.FromOutgoingContext(ctx)
		if got := outgoing.Get("authorization"); !slices.Equal(got, []string{"Bearer before"}) {
			t.Errorf("the handler's own context became %q", got)
		}
		next = httptest.NewRequest("GET", "http://next.example/", nil).WithContext(r.Context())
		if !securetoken.ForwardTokenHTTP(next) {
			t.Error("finds no token")
		}
	}))
	get(handler, "Bearer reader")
	if !slices.Equal(sent, []string{"Bearer reader"}) || next.Header.Get("Authorization") != "Bearer reader" {
		t.Errorf("sent %q over gRPC, %q over HTTP", sent, next.Header.Get("Authorization"))
	}
	if ctx := t.Context(); securetoken.ForwardToken(ctx) != ctx {
		t.Error("without a token the context changes")
	}
}
