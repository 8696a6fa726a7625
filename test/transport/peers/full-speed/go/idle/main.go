// Connects to servers with grpc-go's round_robin, makes no call for some time and then one to each, and
// prints as JSON how often it dialed: {"dials": 2, "failures": null}.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/resolver"
	"google.golang.org/grpc/resolver/manual"
)

func main() {
	addresses := flag.String("addresses", "", "hosts and ports of the servers, in the clear, with commas between")
	idle := flag.Duration("idle", 25*time.Second, "how long no call is made")
	flag.Parse()

	var dials atomic.Int64
	dial := func(ctx context.Context, address string) (net.Conn, error) {
		dials.Add(1)
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	servers := manual.NewBuilderWithScheme("servers")
	state := resolver.State{}
	for address := range strings.SplitSeq(*addresses, ",") {
		state.Addresses = append(state.Addresses, resolver.Address{Addr: address})
	}
	servers.InitialState(state)
	connection, err := grpc.NewClient("servers:///",
		grpc.WithResolvers(servers),
		grpc.WithAuthority("localhost"),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig": [{"round_robin": {}}]}`),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(dial))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	connection.Connect()
	time.Sleep(*idle)
	var failures []string
	for range state.Addresses {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		_, err := grpc_health_v1.NewHealthClient(connection).Check(ctx, &grpc_health_v1.HealthCheckRequest{})
		if err != nil {
			failures = append(failures, err.Error())
		}
		cancel()
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"dials": dials.Load(), "failures": failures})
}
