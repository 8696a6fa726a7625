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

	guard, err := securetoken.NewGuard(client, securetoken.WithCache(5*time.Second, 10_000))
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /notes", guard.HTTP("notes:read")(http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			claims, _ := securetoken.ClaimsFromContext(r.Context())
			fmt.Fprintln(w, "notes of", claims.UserID)
		})))
}

func ExampleGuard_Routes() {
	var guard *securetoken.Guard

	protect, err := guard.Routes(securetoken.HTTPPolicy{
		"GET /notes":   securetoken.Require("notes:read"),
		"GET /notes/*": securetoken.Require("notes:read"),
		"POST /notes":  securetoken.AnyOf("notes:write", "admin"),
		"GET /profile": securetoken.AnyValidToken(),
		"GET /":        securetoken.Optional(),
		"* /healthz":   securetoken.Public(),
	})
	if err != nil {
		log.Fatal(err)
	}
	mux := http.NewServeMux() // whatever it serves beyond these rules is refused
	http.ListenAndServe("127.0.0.1:8090", protect(mux))
}

func ExampleGuard_GRPC() {
	var guard *securetoken.Guard

	interceptors, err := guard.GRPC(securetoken.Policy{
		"/notes.v1.Notes/":        securetoken.Require("notes:read"),
		"/notes.v1.Notes/Delete":  securetoken.Require("notes:read", "notes:write"),
		"/grpc.health.v1.Health/": securetoken.Public(),
	})
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(interceptors.Options()...)
	// Register the services, and then:
	if err := interceptors.Check(server); err != nil {
		log.Fatal(err)
	}
}
