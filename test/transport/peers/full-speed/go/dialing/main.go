// Reads lines of addresses, with commas between. For each line it makes a new round_robin client for these servers, says
// that it dials, makes calls one after the other, none of them repeated or waiting for a connection, and prints as JSON
// what failed: {"failures": null}.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
)

func round(addresses string, calls int) ([]string, error) {
	servers := manual.NewBuilderWithScheme("servers")
	state := resolver.State{}
	for address := range strings.SplitSeq(addresses, ",") {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: address})
	}
	servers.InitialState(state)
	connection, err := grpc.NewClient("servers:///",
		grpc.WithResolvers(servers),
		grpc.WithAuthority("localhost"),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`),
		grpc.WithDisableRetry(),
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	fmt.Println("dialing")
	connection.Connect()
	var failures []string
	for range calls {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		_, err := grpc_health_v1.NewHealthClient(connection).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
		if err != nil {
			failures = append(failures, err.Error())
		}
		cancel()
	}
	return failures, nil
}

func main() {
	calls := flag.Int("calls", 50, "how many calls each client makes")
	flag.Parse()
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		failures, err := round(lines.Text(), *calls)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		json.NewEncoder(os.Stdout).Encode(map[string]any{"failures": failures})
	}
}
