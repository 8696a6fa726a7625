// Command notes is a microservice whose callers present tokens of Secure Token: reading notes needs the
// permission notes:read, adding one notes:write.
package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"securetoken.dev/go/securetoken"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		slog.Error("notes ends", "error", err)
		os.Exit(1)
	}
}

// run serves until the context is done, and then lets calls under way end.
func run(ctx context.Context) error {
	client, err := connect()
	if err != nil {
		return err
	}
	defer client.Close()
	guard := securetoken.NewGuard(client,
		securetoken.WithCache(2*time.Second, 10_000),
		securetoken.WithFaultHandler(func(_ context.Context, err error) {
			slog.Error("the token service cannot say", "error", err)
		}))
	server := &http.Server{
		Addr:              setting("NOTES_ADDRESS", "127.0.0.1:8090"),
		Handler:           routes(guard, &notebook{}),
		ReadHeaderTimeout: 5 * time.Second,
	}
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		server.Shutdown(last)
	}()
	slog.Info("notes listens", "address", server.Addr)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// connect reads where the token service is. It is reached in plaintext unless its authority is named.
func connect() (*securetoken.Client, error) {
	var options []securetoken.Option
	if authority := os.Getenv("TOKEN_SERVICE_CA_FILE"); authority != "" {
		options = append(options, securetoken.WithCAFile(authority))
	} else {
		options = append(options, securetoken.WithInsecure())
	}
	if key := os.Getenv("TOKEN_SERVICE_API_KEY"); key != "" {
		options = append(options, securetoken.WithAPIKey(key))
	}
	return securetoken.New(setting("TOKEN_SERVICE_ADDRESS", "127.0.0.1:8080"), options...)
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
