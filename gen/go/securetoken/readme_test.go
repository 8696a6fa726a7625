package securetoken_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	pb "google.golang.org/grpc/health/grpc_health_v1"

	"securetoken.dev/go/securetoken"
	"securetoken.dev/go/securetokentest"
)

// TestTheREADMECompiles holds that every Go example of the README is, line by line, part of this file.
func TestTheREADMECompiles(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("readme_test.go")
	if err != nil {
		t.Fatal(err)
	}
	compiled := "\n" + withoutIndent(string(source))
	examples := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(examples) != 7 {
		t.Errorf("found %d examples", len(examples))
	}
	for _, example := range examples {
		if !strings.Contains(compiled, "\n"+withoutIndent(example[1])) {
			t.Errorf("not compiled:\n%s", example[1])
		}
	}
}

func withoutIndent(text string) string {
	return regexp.MustCompile(`(?m)^\t+`).ReplaceAllString(text, "")
}

var _ = []any{readmeClient, readmeGuard, readmeRoutes, readmeErrors, readmeForward, readmeWatch, readmeTest}

func readmeClient(ctx context.Context, key string) error {
	client, err := securetoken.New("tokens.example.com:443", securetoken.WithAPIKey(key))
	if err != nil {
		return err
	}
	defer client.Close()

	issued, err := client.GenerateToken(ctx, "user_123",
		securetoken.Permissions("read", "write"),
		securetoken.ExpiresIn(2*time.Hour))
	if err != nil {
		return err
	}
	token, err := client.ValidateToken(ctx, issued.Token)
	if errors.Is(err, securetoken.ErrTokenExpired) {
		return errors.New("please sign in again")
	}
	if err != nil {
		return err
	}
	fmt.Println(token.UserID, token.Permissions, securetoken.FormatDuration(token.TimeRemaining))
	return nil
}

func readmeGuard(client *securetoken.Client, mux *http.ServeMux, listNotes http.Handler) (*grpc.Server, error) {
	guard, err := securetoken.NewGuard(client, securetoken.WithCache(2*time.Second, 10_000))
	if err != nil {
		return nil, err
	}
	mux.Handle("GET /notes", guard.HTTP("notes:read")(listNotes))

	interceptors, err := guard.GRPC(securetoken.Policy{
		"/notes.v1.Notes/":        securetoken.Require("notes:read"),
		"/grpc.health.v1.Health/": securetoken.Public(),
	})
	if err != nil {
		return nil, err
	}
	server := grpc.NewServer(interceptors.Options()...)
	return server, nil
}

func readmeRoutes(guard *securetoken.Guard, mux *http.ServeMux) (http.Handler, error) {
	protect, err := guard.Routes(securetoken.HTTPPolicy{
		"GET /notes":   securetoken.Require("notes:read"),
		"GET /notes/*": securetoken.Require("notes:read"),
		"POST /notes":  securetoken.AnyOf("notes:write", "admin"),
		"GET /profile": securetoken.AnyValidToken(),
		"GET /":        securetoken.Optional(),
		"* /healthz":   securetoken.Public(),
	})
	if err != nil {
		return nil, err
	}
	return protect(mux), nil
}

func readmeErrors(err error) {
	var refused *securetoken.CallerRefusedError
	var rate *securetoken.RateExceededError
	var unavailable *securetoken.ServiceUnavailableError
	switch {
	case errors.As(err, &refused):
		log.Println("our own API key is refused:", refused.Reason)
	case errors.As(err, &rate):
		log.Println("too many calls; again in", rate.RetryAfter)
	case errors.As(err, &unavailable):
		log.Println("no token service:", unavailable) // says what to do about TLS and certificates
	case errors.Is(err, context.DeadlineExceeded):
		log.Println("the deadline passed")
	}
}

func readmeForward(r *http.Request, other pb.HealthClient) error {
	_, err := other.Check(securetoken.ForwardToken(r.Context()), &pb.HealthCheckRequest{})
	return err
}

func readmeWatch(ctx context.Context, client *securetoken.Client, token string) error {
	guard, err := securetoken.NewGuard(client, securetoken.WithWatch(securetoken.WithMaxStaleness(5*time.Second)))
	if err != nil {
		return err
	}
	defer guard.Close()

	verifier, err := securetoken.NewVerifier(client) // for programs without a guard, or with several
	if err != nil {
		return err
	}
	defer verifier.Close()
	valid, err := verifier.Verify(ctx, token)
	fmt.Println(valid)
	return err
}

func readmeTest(ctx context.Context) error {
	service := securetokentest.NewService()
	defer service.Close()
	client, err := securetoken.New(service.Address(), securetoken.WithInsecure())
	if err != nil {
		return err
	}
	defer client.Close()

	token := service.Issue("user_123", "notes:read")
	_, err = client.ValidateToken(ctx, token) // nil
	service.Revoke(token)
	_, err = client.ValidateToken(ctx, token) // securetoken.ErrInvalidToken
	service.GoAway()                          // until service.ComeBack()
	return err
}
