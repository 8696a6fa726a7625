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
	guard, err := securetoken.NewGuard(client,
		securetoken.WithCache(2*time.Second, 10_000),
		securetoken.WithFaultHandler(func(_ context.Context, err error) {
			slog.Error("a token could not be checked", "error", err)
		}))
	if err != nil {
		return err
	}
	if err := guard.Ready(ctx); err != nil { // requests are refused until the token service is there
		slog.Warn("tokens cannot be checked yet", "error", err)
	}
	handler, err := routes(guard, &notebook{})
	if err != nil {
		return err
	}
	server := &http.Server{
		Addr:              setting("NOTES_ADDRESS", "127.0.0.1:8090"),
		Handler:           handler,
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

// connect reads where the token service is: http:// is plaintext, https:// TLS with the system's authorities
// or the one that is named. The file of the API key is read again when it changes.
func connect() (*securetoken.Client, error) {
	var options []securetoken.Option
	if authority := os.Getenv("TOKEN_SERVICE_CA_FILE"); authority != "" {
		options = append(options, securetoken.WithCAFile(authority))
	}
	if key := os.Getenv("TOKEN_SERVICE_API_KEY"); key != "" {
		options = append(options, securetoken.WithAPIKey(key))
	}
	if file := os.Getenv("TOKEN_SERVICE_API_KEY_FILE"); file != "" {
		options = append(options, securetoken.WithAPIKeyFile(file))
	}
	return securetoken.New(setting("TOKEN_SERVICE_ADDRESS", "http://127.0.0.1:8080"), options...)
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
