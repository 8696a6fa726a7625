//go:build unix

package securetoken_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
	"securetoken.dev/go/securetokentest"
)

// What a check costs, and what a verifier holds. Processor time is that of the process: of a call also
// what the service in memory takes.
//
//	go -C gen/go test -run - -bench Verifier -benchmem ./securetoken

const (
	benchTokens      = 100_000
	benchRevocations = 1_000_000
)

func benchVerifier(b *testing.B, service *securetokentest.Service) (*securetoken.Client, *securetoken.Verifier) {
	b.Helper()
	client, err := securetoken.New(service.Address(), securetoken.WithInsecure(), securetoken.WithTimeout(time.Minute))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { client.Close() })
	verifier, err := securetoken.NewVerifier(client, securetoken.WithMaxStaleness(5*time.Minute))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(verifier.Close)
	return client, verifier
}

func benchService(b *testing.B) *securetokentest.Service {
	service := securetokentest.NewService()
	b.Cleanup(service.Close)
	return service
}

func untilVouching(verifier *securetoken.Verifier) {
	for !verifier.Stats().IsVouching {
		time.Sleep(time.Millisecond)
	}
}

func processorTime() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		panic(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func measure(b *testing.B, check func() error) {
	before := processorTime()
	for b.Loop() {
		if err := check(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(processorTime()-before)/float64(b.N), "cpu-ns/op")
}

func BenchmarkVerifierHit(b *testing.B) {
	service := benchService(b)
	_, verifier := benchVerifier(b, service)
	token := service.Issue("user-1", "notes:read", "notes:write")
	untilVouching(verifier)
	measure(b, func() error {
		_, err := verifier.Verify(context.Background(), token)
		return err
	})
}

func BenchmarkVerifierCall(b *testing.B) {
	service := benchService(b)
	client, _ := benchVerifier(b, service)
	token := service.Issue("user-1", "notes:read", "notes:write")
	measure(b, func() error {
		_, err := client.ValidateToken(context.Background(), token)
		return err
	})
}

// held is how much more the heap holds after some work than before.
func held(work func()) float64 {
	before := heap()
	work()
	return float64(heap()) - float64(before)
}

func heap() uint64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

func BenchmarkVerifierMemoryOfAnswers(b *testing.B) {
	service := benchService(b)
	_, verifier := benchVerifier(b, service)
	untilVouching(verifier)
	tokens := make([]string, benchTokens)
	for i := range tokens {
		tokens[i] = service.Issue(fmt.Sprintf("user-%d", i), "notes:read", "notes:write")
	}
	for b.Loop() {
		size := held(func() { verifyAll(b, verifier, tokens) })
		b.ReportMetric(size/benchTokens, "bytes/answer")
		b.ReportMetric(float64(verifier.Stats().Bytes)/benchTokens, "estimated-bytes/answer")
	}
	runtime.KeepAlive(tokens)
}

func verifyAll(b *testing.B, verifier *securetoken.Verifier, tokens []string) {
	var checks sync.WaitGroup
	const workers = 100
	for worker := range workers {
		checks.Go(func() {
			for i := worker; i < len(tokens); i += workers {
				if _, err := verifier.Verify(context.Background(), tokens[i]); err != nil {
					b.Error(err)
				}
			}
		})
	}
	checks.Wait()
}

func BenchmarkVerifierMemoryOfRevocations(b *testing.B) {
	service := benchService(b)
	client, first := benchVerifier(b, service)
	first.Close()
	targets := make([]*securetokenv1.RevocationTarget, 1000)
	for i := range benchRevocations {
		targets[i%len(targets)] = &securetokenv1.RevocationTarget{Target: &securetokenv1.RevocationTarget_TokenId{
			TokenId: &securetokenv1.TokenIdTarget{TokenId: fmt.Sprintf("%032d", i)},
		}}
		if (i+1)%len(targets) > 0 {
			continue
		}
		request := &securetokenv1.RevokeTokensRequest{Targets: targets}
		if _, err := client.Raw().RevokeTokens(context.Background(), request); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		size := held(func() {
			_, verifier := benchVerifier(b, service)
			for verifier.Stats().Revocations < benchRevocations {
				time.Sleep(10 * time.Millisecond)
			}
		})
		b.ReportMetric(size/benchRevocations, "bytes/revocation")
	}
}
