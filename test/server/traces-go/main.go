// Command traces-go is a service in the middle: it has a caller's span of its own, asks the token service with the
// Go client under otelgrpc, and prints the ids of both of its spans as JSON.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"google.golang.org/grpc"

	"securetoken.dev/go/securetoken"
)

type told struct {
	Name, TraceID, SpanID, ParentID string
}

func main() {
	ctx := context.Background()
	spans := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSyncer(spans))
	// As docs/operate/logs-and-traces.md has it.
	client, err := securetoken.New(os.Getenv("SERVER"), securetoken.WithDialOptions(
		grpc.WithStatsHandler(otelgrpc.NewClientHandler(
			otelgrpc.WithTracerProvider(provider),
			otelgrpc.WithPropagators(propagation.TraceContext{}),
		))))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	// The caller's own caller, whose context came with a request.
	carrier := propagation.MapCarrier{"traceparent": os.Getenv("TRACEPARENT")}
	ctx = propagation.TraceContext{}.Extract(ctx, carrier)
	ctx, span := provider.Tracer("service").Start(ctx, "handles a request")
	if _, err := client.GenerateToken(ctx, "ada"); err != nil {
		log.Fatal(err)
	}
	span.End()
	var all []told
	for _, one := range spans.GetSpans() {
		all = append(all, told{
			one.Name, one.SpanContext.TraceID().String(), one.SpanContext.SpanID().String(), one.Parent.SpanID().String(),
		})
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		log.Fatal(err)
	}
}
