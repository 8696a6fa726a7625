// Package securetokentest has a token service in memory, for the tests of programs that check tokens.
package securetokentest

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"google.golang.org/grpc"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

// Service answers clients, guards and verifiers as the token service does, on a loopback port of its own.
//
// It serves every RPC but ExportConfig, which ends with UNIMPLEMENTED. Its tokens are opaque texts that
// only it knows. It knows no callers, and has none of the service's limits: use it in tests only. It is
// safe for concurrent use.
type Service struct {
	tokens  *tokens
	address string

	mu     sync.Mutex
	server *grpc.Server // nil while it is away
}

// NewService gives a service that holds nothing. It panics when it cannot listen on a port of 127.0.0.1.
// Its user closes it.
func NewService() *Service {
	s := &Service{tokens: newTokens()}
	s.address = s.serve("127.0.0.1:0")
	return s
}

// Address is where it listens: "127.0.0.1:port".
func (s *Service) Address() string { return s.address }

// Calls is the names of the RPCs that were called, such as "ValidateToken", in order.
func (s *Service) Calls() []string {
	s.tokens.mu.Lock()
	defer s.tokens.mu.Unlock()
	return slices.Clone(s.tokens.calls)
}

// Issue gives a valid token that lives for a day, without a call.
func (s *Service) Issue(userID string, permissions ...string) string {
	return s.IssueFor(defaultLifetime, userID, permissions...)
}

// IssueFor gives a valid token that lives so long.
func (s *Service) IssueFor(lifetime time.Duration, userID string, permissions ...string) string {
	token, _ := s.tokens.issue(grant{userID: userID, permissions: permissions, lifetime: lifetime})
	return token
}

// Expire ends a token's life at once. Verifiers that know the token believe it until it would have expired;
// for them use [Service.Revoke], or [Service.Advance] where they share the [Service.Clock]. It panics for a
// token that was not issued here.
func (s *Service) Expire(token string) {
	if !s.tokens.expire(token) {
		panic("securetokentest: the token was not issued here")
	}
}

// Advance sets the clock forward: tokens expire by it.
func (s *Service) Advance(length time.Duration) { s.tokens.clock.advance(length) }

// Clock is for [securetoken.WithVerifierClock], so that [Service.Advance] moves a verifier too.
func (s *Service) Clock() securetoken.Clock { return s.tokens.clock }

// Revoke takes a token back. A feed tells of it at once. Any other text changes nothing.
func (s *Service) Revoke(token string) {
	s.revoke(&securetokenv1.RevocationTarget{Target: &securetokenv1.RevocationTarget_Token{Token: token}})
}

// RevokeSession takes back every token of a session.
func (s *Service) RevokeSession(sessionID string) {
	s.revoke(&securetokenv1.RevocationTarget{
		Target: &securetokenv1.RevocationTarget_SessionId{SessionId: sessionID},
	})
}

// RevokeUser takes back every token that a user has at present.
func (s *Service) RevokeUser(userID string) {
	s.revoke(&securetokenv1.RevocationTarget{
		Target: &securetokenv1.RevocationTarget_User{User: &securetokenv1.UserTarget{UserId: userID}},
	})
}

// revoke is for targets that name something, which nothing refuses.
func (s *Service) revoke(target *securetokenv1.RevocationTarget) {
	_, _ = s.tokens.revoke(target, "")
}

// GoAway ends the connections, and refuses new ones until [Service.ComeBack].
func (s *Service) GoAway() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		s.server.Stop()
		s.server = nil
	}
}

// ComeBack listens again at the same address, with the tokens and revocations from before. It panics when
// another program has taken the port meanwhile.
func (s *Service) ComeBack() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return
	}
	s.serve(s.address)
}

// serve gives the address that it listens at.
func (s *Service) serve(address string) string {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		panic(fmt.Sprintf("securetokentest: cannot listen: %v", err))
	}
	s.server = grpc.NewServer()
	securetokenv1.RegisterTokenServiceServer(s.server, &rpcs{tokens: s.tokens})
	go s.server.Serve(listener) // until GoAway
	return listener.Addr().String()
}

// Close ends the service.
func (s *Service) Close() { s.GoAway() }
