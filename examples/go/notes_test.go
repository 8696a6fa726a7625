package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

// tokenService knows the tokens "reader" and "writer", and is down for every other.
type tokenService struct {
	securetokenv1.UnimplementedTokenServiceServer
}

func (tokenService) ValidateToken(_ context.Context, request *securetokenv1.ValidateTokenRequest) (*securetokenv1.ValidateTokenResponse, error) {
	permissions, ok := map[string][]string{
		"reader": {"notes:read"}, "writer": {"notes:read", "notes:write"},
	}[request.GetToken()]
	if !ok {
		return nil, status.Error(codes.Unavailable, "down")
	}
	return &securetokenv1.ValidateTokenResponse{
		Valid: true, UserId: "user-1", Permissions: permissions,
		IssuedAt:      timestamppb.Now(),
		ExpiresAt:     timestamppb.New(time.Now().Add(time.Hour)),
		TimeRemaining: durationpb.New(time.Hour),
	}, nil
}

func newService(t *testing.T) http.Handler {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	securetokenv1.RegisterTokenServiceServer(server, tokenService{})
	go server.Serve(listener)
	t.Cleanup(server.Stop)
	registry := prometheus.NewRegistry()
	metrics := newMetrics(registry)
	client, err := securetoken.New("http://"+listener.Addr().String(),
		securetoken.WithTimeout(500*time.Millisecond), securetoken.WithCallHook(metrics.ended))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	verifier, err := securetoken.NewVerifier(client, securetoken.WithVerifierHooks(metrics.hooks()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(verifier.Close)
	watch(registry, verifier)
	guard, err := securetoken.NewGuard(client, securetoken.WithVerifier(verifier))
	if err != nil {
		t.Fatal(err)
	}
	handler, err := routes(guard, &notebook{}, verifier, registry)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func TestNotes(t *testing.T) {
	service := newService(t)
	for _, step := range []struct {
		name, method, path, token, body string
		status                          int
		answer                          string
	}{
		{"health needs no token", "GET", "/healthz", "", "", 204, ""},
		{"nor does what the verifier has done", "GET", "/verifier", "", "", 200, `"misses":`},
		{"what no rule names", "GET", "/other", "writer", "", 403, "permission"},
		{"nothing without a token", "GET", "/notes", "", "", 401, "required"},
		{"a reader reads", "GET", "/notes", "reader", "", 200, `"user":"user-1"`},
		{"and does not write", "POST", "/notes", "reader", `{"text": "hello"}`, 403, "permission"},
		{"a writer writes", "POST", "/notes", "writer", `{"text": "hello"}`, 201, "hello"},
		{"what is no note", "POST", "/notes", "writer", `{}`, 400, "body"},
		{"a note that is too long", "POST", "/notes", "writer", `{"text": "` + strings.Repeat("x", 2000) + `"}`, 400, "body"},
		{"the note is there", "GET", "/notes", "reader", "", 200, `"notes":["hello"]`},
		{"calls are counted", "GET", "/metrics", "", "", 200, `secure_token_client_call_seconds_count{code="OK",method="ValidateToken"}`},
		{"so are checks", "GET", "/metrics", "", "", 200, `secure_token_client_checks_total{result="miss"}`},
		{"and how old the knowledge is", "GET", "/metrics", "", "", 200, "secure_token_client_staleness_seconds NaN"},
		{"nobody passes while the token service is down", "GET", "/notes", "other", "", 503, "at present"},
		{"which is counted", "GET", "/metrics", "", "", 200, `secure_token_client_refusals_total{reason="UNAVAILABLE"} 1`},
	} {
		t.Run(step.name, func(t *testing.T) {
			request := httptest.NewRequest(step.method, step.path, strings.NewReader(step.body))
			if step.token != "" {
				request.Header.Set("Authorization", "Bearer "+step.token)
			}
			recorder := httptest.NewRecorder()
			service.ServeHTTP(recorder, request)
			if recorder.Code != step.status || !strings.Contains(recorder.Body.String(), step.answer) {
				t.Errorf("got %d, %s", recorder.Code, recorder.Body)
			}
		})
	}
}
