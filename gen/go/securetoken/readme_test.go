package securetoken_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"securetoken.dev/go/securetoken"
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
	if len(examples) != 2 {
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

var _ = []any{readmeClient, readmeGuard}

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

func readmeGuard(client *securetoken.Client, mux *http.ServeMux, listNotes http.Handler) *grpc.Server {
	guard := securetoken.NewGuard(client, securetoken.WithCache(2*time.Second, 10_000))

	mux.Handle("GET /notes", guard.HTTP("notes:read")(listNotes))

	policy := securetoken.Policy{
		"/notes.v1.Notes/":        securetoken.Require("notes:read"),
		"/grpc.health.v1.Health/": securetoken.Public(),
	}
	server := grpc.NewServer(
		grpc.ChainUnaryInterceptor(guard.UnaryInterceptor(policy)),
		grpc.ChainStreamInterceptor(guard.StreamInterceptor(policy)),
	)
	return server
}
