// Calls a server as fast as grpc-go can, with its default options, and says which calls failed. Ends
// after a number of calls, or with its standard input.
//
// Prints a line when the first call has ended, and a JSON object at the end:
// {"ended": 1000, "failed": 1, "failures": ["Unavailable: …"], "perSecond": 20000}.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// A method that any server answers and that needs no argument.
const method = "/securetoken.v1.TokenService/ExportConfig"

// Beyond the most that the server grants, which it takes for that.
const timeout = 2 * time.Minute

// How many different failures are told; all are counted.
const mostTold = 10

// Bytes as they are: the answers are not looked at.
type rawCodec struct{}

func (rawCodec) Marshal(any) ([]byte, error)     { return nil, nil }
func (rawCodec) Unmarshal(_ []byte, _ any) error { return nil }
func (rawCodec) Name() string                    { return "proto" }

type run struct {
	begun, ended, failed atomic.Int64
	most                 int64
	stopped              atomic.Bool
	mutex                sync.Mutex
	failures             []string
}

// next tells whether one more call is to be made.
func (r *run) next() bool {
	if r.stopped.Load() {
		return false
	}
	return r.begun.Add(1) <= r.most || r.most == 0
}

func (r *run) call(connection *grpc.ClientConn) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	err := connection.Invoke(ctx, method, nil, nil, grpc.ForceCodec(rawCodec{}))
	if r.ended.Add(1) == 1 {
		fmt.Println("calling")
	}
	if err == nil {
		return
	}
	r.failed.Add(1)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	failure := fmt.Sprintf("%s: %s", status.Code(err), status.Convert(err).Message())
	if len(r.failures) < mostTold && !slices.Contains(r.failures, failure) {
		r.failures = append(r.failures, failure)
	}
}

func main() {
	address := flag.String("address", "", "host and port of the server, in the clear")
	connections := flag.Int("connections", 1, "how many connections")
	concurrency := flag.Int("concurrency", 64, "calls at once on each connection")
	calls := flag.Int64("calls", 0, "how many calls; 0: until the standard input ends")
	flag.Parse()

	r := &run{most: *calls}
	go func() {
		io.Copy(io.Discard, os.Stdin)
		r.stopped.Store(*calls == 0)
	}()
	start := time.Now()
	var workers sync.WaitGroup
	for range *connections {
		connection, err := grpc.NewClient("passthrough:///"+*address, grpc.WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for range *concurrency {
			workers.Go(func() {
				for r.next() {
					r.call(connection)
				}
			})
		}
	}
	workers.Wait()
	ended := r.ended.Load()
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"ended":     ended,
		"failed":    r.failed.Load(),
		"failures":  r.failures,
		"perSecond": int64(float64(ended) / time.Since(start).Seconds()),
	})
}
