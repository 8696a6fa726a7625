package securetoken_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"google.golang.org/grpc"

	"securetoken.dev/go/securetoken"
)

func Example() {
	client, err := securetoken.New("127.0.0.1:8080", securetoken.WithInsecure())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx := context.Background()
	issued, err := client.GenerateToken(ctx, "user-1",
		securetoken.Permissions("read", "write"),
		securetoken.ExpiresIn(2*time.Hour))
	if err != nil {
		log.Fatal(err)
	}
	token, err := client.ValidateToken(ctx, issued.Token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.UserID, securetoken.FormatDuration(token.TimeRemaining))
}

func ExampleTokenError() {
	var client *securetoken.Client

	_, err := client.ValidateToken(context.Background(), "a token")
	var refused *securetoken.TokenError
	switch {
	case errors.Is(err, securetoken.ErrTokenExpired) && errors.As(err, &refused):
		fmt.Println("expired at", refused.ExpiredAt)
	case errors.Is(err, securetoken.ErrToken) && errors.As(err, &refused):
		fmt.Println("refused:", refused.Reason, refused.Field)
	case err != nil:
		fmt.Println("the service could not be asked:", err)
	}
}

func ExampleGuard_HTTP() {
	var client *securetoken.Client

	guard := securetoken.NewGuard(client, securetoken.WithCache(5*time.Second, 10_000))
	mux := http.NewServeMux()
	mux.Handle("GET /notes", guard.HTTP("notes:read")(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			claims, _ := securetoken.ClaimsFromContext(r.Context())
			fmt.Fprintln(w, "notes of", claims.UserID)
		})))
}

func ExampleGuard_UnaryInterceptor() {
	var client *securetoken.Client

	guard := securetoken.NewGuard(client)
	policy := securetoken.Policy{
		"/notes.v1.Notes/":        securetoken.Require("notes:read"),
		"/notes.v1.Notes/Delete":  securetoken.Require("notes:read", "notes:write"),
		"/grpc.health.v1.Health/": securetoken.Public(),
	}
	grpc.NewServer(
		grpc.ChainUnaryInterceptor(guard.UnaryInterceptor(policy)),
		grpc.ChainStreamInterceptor(guard.StreamInterceptor(policy)),
	)
}
