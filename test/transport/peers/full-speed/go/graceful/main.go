// A grpc-go server that hands its port over by GracefulStop, to be compared with ours behind proxies: it answers every
// unary call with an empty message, prints the port that it listens on, and on SIGUSR2 puts a new server in the place of
// the one that serves, which then ends its connections and calls. Prints a line when that one has ended.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"sync"
	"syscall"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// place is one server's share in a listener that outlives it.
type place struct {
	net.Listener
	accepted <-chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func (p *place) Accept() (net.Conn, error) {
	select {
	case connection := <-p.accepted:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// Close leaves the connections that come to the next server.
func (p *place) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func answer(_ any, stream grpc.ServerStream) error {
	if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
		return err
	}
	return stream.SendMsg(new(emptypb.Empty))
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	accepted := make(chan net.Conn)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			accepted <- connection
		}
	}()
	serve := func() *grpc.Server {
		server := grpc.NewServer(grpc.UnknownServiceHandler(answer))
		go server.Serve(&place{Listener: listener, accepted: accepted, closed: make(chan struct{})})
		return server
	}
	restart := make(chan os.Signal, 1)
	signal.Notify(restart, syscall.SIGUSR2)
	server := serve()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for range restart {
		old := server
		server = serve()
		old.GracefulStop()
		fmt.Println("restarted")
	}
}
