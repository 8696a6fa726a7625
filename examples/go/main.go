// Command notes is a microservice whose callers present tokens of Secure Token: reading notes needs the
// permission notes:read, adding one notes:write.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"

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
	registry := prometheus.NewRegistry()
	metrics := newMetrics(registry)
	client, err := connect(securetoken.WithCallHook(metrics.ended))
	if err != nil {
		return err
	}
	defer client.Close()
	staleness, err := seconds("MAX_STALENESS_SECONDS", 10*time.Second)
	if err != nil {
		return err
	}
	// Tokens are checked without a call for each, as long as the feed of revocations is not too old.
	verifier, err := securetoken.NewVerifier(client,
		securetoken.WithMaxStaleness(staleness), securetoken.WithVerifierHooks(metrics.hooks()))
	if err != nil {
		return err
	}
	defer verifier.Close()
	watch(registry, verifier)
	guard, err := securetoken.NewGuard(client,
		securetoken.WithVerifier(verifier),
		securetoken.WithFaultHandler(func(_ context.Context, err error) {
			slog.Error("a token could not be checked", "error", err)
		}))
	if err != nil {
		return err
	}
	if err := guard.Ready(ctx); err != nil { // requests are refused until the token service is there
		slog.Warn("tokens cannot be checked yet", "error", err)
	}
	handler, err := routes(guard, &notebook{}, verifier, registry)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", setting("NOTES_ADDRESS", "127.0.0.1:8090"))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		last, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		server.Shutdown(last)
	}()
	slog.Info("notes listens", "url", "http://"+listener.Addr().String())
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// connect reads where the token service is: http:// is plaintext, https:// TLS with the system's authorities
// or the one that is named. The file of the API key is read again when it changes.
func connect(options ...securetoken.Option) (*securetoken.Client, error) {
	timeout, err := seconds("TIMEOUT_SECONDS", 5*time.Second)
	if err != nil {
		return nil, err
	}
	options = append(options, securetoken.WithTimeout(timeout))
	if authority := os.Getenv("SECURE_TOKEN_CA_FILE"); authority != "" {
		options = append(options, securetoken.WithCAFile(authority))
	}
	if key := os.Getenv("SECURE_TOKEN_API_KEY"); key != "" {
		options = append(options, securetoken.WithAPIKey(key))
	}
	if file := os.Getenv("SECURE_TOKEN_API_KEY_FILE"); file != "" {
		options = append(options, securetoken.WithAPIKeyFile(file))
	}
	return securetoken.New(setting("SECURE_TOKEN_TARGET", "http://127.0.0.1:8080"), options...)
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func seconds(name string, fallback time.Duration) (time.Duration, error) {
	value := setting(name, "")
	if value == "" {
		return fallback, nil
	}
	number, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0, fmt.Errorf("%s must be a number of seconds", name)
	}
	return time.Duration(number * float64(time.Second)), nil
}
