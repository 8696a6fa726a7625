package securetoken

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/balancer"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/resolver"
)

// balancerName is the load balancing policy of this package: round robin over the connected addresses,
// except those that rest; see [restState].
const balancerName = "securetoken_resting_round_robin"

// demandWindow is how long after the last call lost connections are made anew. It covers the longest
// deadline, so that a call that waits for a connection gets one. An idle client dials nothing.
var demandWindow = time.Minute

// reconnectInterval is the least time between two replacements of one address's connection.
const reconnectInterval = time.Second

func init() {
	balancer.Register(balancerBuilder{})
}

type balancerBuilder struct{}

func (balancerBuilder) Name() string { return balancerName }

func (balancerBuilder) Build(cc balancer.ClientConn, _ balancer.BuildOptions) balancer.Balancer {
	return &addressBalancer{cc: cc, servers: resolver.NewAddressMapV2[*server]()}
}

// addressBalancer keeps one connection to each address of a name.
type addressBalancer struct {
	cc balancer.ClientConn
	// lastPick is when a call last asked for a connection, in nanoseconds of [monotonicNow].
	lastPick atomic.Int64
	// next is the turn of the round robin.
	next atomic.Uint32

	mu          sync.Mutex
	servers     *resolver.AddressMapV2[*server]
	resolverErr error
	closed      bool
}

// server is one address, and its connection at present.
type server struct {
	address  resolver.Address
	conn     balancer.SubConn
	state    connectivity.State
	err      error // why the last attempt to connect failed
	replaced time.Time
	rest     restState
}

func (b *addressBalancer) UpdateClientConnState(update balancer.ClientConnState) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.resolverErr = nil
	named := resolver.NewAddressMapV2[bool]()
	for _, endpoint := range update.ResolverState.Endpoints {
		for _, address := range endpoint.Addresses {
			named.Set(address, true)
			if _, ok := b.servers.Get(address); ok {
				continue
			}
			added := &server{address: address}
			if b.connect(added) {
				b.servers.Set(address, added)
			}
		}
	}
	for address, known := range b.servers.All() {
		if _, ok := named.Get(address); !ok {
			b.servers.Delete(address)
			known.conn.Shutdown()
		}
	}
	if named.Len() == 0 {
		b.resolverErr = errors.New("the name has no address")
		b.publish()
		return balancer.ErrBadResolverState
	}
	b.publish()
	return nil
}

// connect gives a server a new connection.
func (b *addressBalancer) connect(to *server) bool {
	var conn balancer.SubConn
	conn, err := b.cc.NewSubConn([]resolver.Address{to.address}, balancer.NewSubConnOptions{
		StateListener: func(change balancer.SubConnState) { b.update(to, conn, change) },
	})
	if err != nil {
		return false
	}
	to.conn, to.state = conn, connectivity.Connecting
	conn.Connect()
	return true
}

func (b *addressBalancer) update(of *server, conn balancer.SubConn, change balancer.SubConnState) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if of.conn != conn || b.closed { // replaced meanwhile
		return
	}
	switch state := change.ConnectivityState; state {
	case connectivity.Shutdown:
		return
	case connectivity.TransientFailure:
		of.state, of.err = state, change.ConnectionError
	case connectivity.Connecting:
		if of.state != connectivity.TransientFailure { // which lasts until a connection is made (gRFC A62)
			of.state = state
		}
	case connectivity.Idle:
		if b.isWanted() {
			conn.Connect()
			if of.state != connectivity.TransientFailure {
				of.state = connectivity.Connecting
			}
		} else {
			of.state = state
		}
	default:
		of.state, of.err = state, nil
	}
	b.publish()
}

// replace makes a new connection to a server that is silent on its present one. Calls under way on the
// old one go on. The address takes calls again once the server answers on the new one.
func (b *addressBalancer) replace(silent *server) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if known, ok := b.servers.Get(silent.address); !ok || known != silent || b.closed {
		return
	}
	if silent.state != connectivity.Ready || time.Since(silent.replaced) < reconnectInterval {
		return
	}
	silent.replaced = time.Now()
	old := silent.conn
	if b.connect(silent) {
		old.Shutdown()
		b.publish()
	}
}

func (b *addressBalancer) isWanted() bool {
	return monotonicNow()-b.lastPick.Load() < int64(demandWindow)
}

func (b *addressBalancer) ResolverError(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.resolverErr = err
	b.publish()
}

func (b *addressBalancer) UpdateSubConnState(balancer.SubConn, balancer.SubConnState) {}

// ExitIdle connects, as [grpc.ClientConn.Connect] asks for.
func (b *addressBalancer) ExitIdle() {
	b.lastPick.Store(monotonicNow())
	b.wake()
}

// wake connects every address that has no connection and tries none.
func (b *addressBalancer) wake() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return
	}
	woken := false
	for _, known := range b.servers.All() {
		if known.state == connectivity.Idle {
			known.state, woken = connectivity.Connecting, true
			known.conn.Connect()
		}
	}
	if woken {
		b.publish()
	}
}

func (b *addressBalancer) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// publish hands gRPC the picker of the present states.
func (b *addressBalancer) publish() {
	p := &picker{balancer: b}
	counts := make(map[connectivity.State]int)
	var failures []error
	for _, known := range b.servers.All() {
		counts[known.state]++
		switch known.state {
		case connectivity.Ready:
			p.ready = append(p.ready, readyServer{known, known.conn})
		case connectivity.Idle:
			p.idle = true
		case connectivity.TransientFailure:
			failures = append(failures, known.err)
		}
	}
	state := connectivity.TransientFailure
	switch {
	case counts[connectivity.Ready] > 0:
		state = connectivity.Ready
	case counts[connectivity.Connecting] > 0:
		state = connectivity.Connecting
	case counts[connectivity.Idle] > 0:
		state = connectivity.Idle
	default:
		p.err = connectionError(failures, b.resolverErr)
	}
	b.cc.UpdateState(balancer.State{ConnectivityState: state, Picker: p})
}
