package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

// operation is one of the corpus' watch mode.
type operation struct {
	Op             string   `json:"op"`
	MaxStalenessMs int64    `json:"maxStalenessMs"`
	MaxEntries     int      `json:"maxEntries"`
	MonotonicMs    int64    `json:"monotonicMs"`
	WallMs         int64    `json:"wallMs"`
	Token          string   `json:"token"`
	Tokens         []string `json:"tokens"`
	Permission     string   `json:"permission"`
	Count          int      `json:"count"`
	FailingHooks   bool     `json:"failingHooks"`
}

// watched is the verifier of the present script.
type watched struct {
	client    *securetoken.Client
	verifier  *securetoken.Verifier
	clock     stillClock
	isRefused atomic.Bool
	told      told
	begun     []chan string
}

// told is what the verifier has told, in order.
type told struct {
	mu     sync.Mutex
	events []string
	fails  bool
}

func (t *told) add(event string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, event)
	if t.fails {
		panic("a hook that fails")
	}
}

// open forgets what was told before.
func (t *told) open(fails bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events, t.fails = []string{}, fails
}

func (t *told) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.events)
}

// stillClock stands still until a script moves both hands at once: between them the feed might look.
type stillClock struct {
	mu                  sync.Mutex
	monotonicMs, wallMs int64
}

func (c *stillClock) Monotonic() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Duration(c.monotonicMs) * time.Millisecond
}

func (c *stillClock) Wall() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.UnixMilli(c.wallMs)
}

func (c *stillClock) set(monotonicMs, wallMs int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.monotonicMs, c.wallMs = monotonicMs, wallMs
}

// do does one operation, and gives its result.
func (w *watched) do(asked json.RawMessage, to connection) (map[string]any, error) {
	var what operation
	if err := json.Unmarshal(asked, &what); err != nil {
		return nil, err
	}
	switch what.Op {
	case "open":
		return map[string]any{}, w.open(what, to)
	case "advance":
		w.clock.set(w.clock.monotonicMs+what.MonotonicMs, w.clock.wallMs+what.WallMs)
	case "verify":
		tokens := make([]string, max(1, what.Count))
		for i := range tokens {
			tokens[i] = what.Token
		}
		return outcomes(w.begin(tokens, what.Permission)), nil
	case "verifyMany":
		return outcomes(w.begin(what.Tokens, "")), nil
	case "begin":
		w.begun = append(w.begun, w.begin([]string{what.Token}, what.Permission)...)
	case "collect":
		begun := w.begun
		w.begun = nil
		return outcomes(begun), nil
	case "state":
		return w.state(), nil
	case "told":
		return map[string]any{"events": w.told.all()}, nil
	case "close":
		w.verifier.Close()
		return map[string]any{}, w.client.Close()
	default:
		return nil, fmt.Errorf("no operation is named %q", what.Op)
	}
	return map[string]any{}, nil
}

func (w *watched) open(what operation, to connection) (err error) {
	w.clock.set(0, what.WallMs)
	w.isRefused.Store(false)
	w.told.open(what.FailingHooks)
	if w.client, err = connect(to); err != nil {
		return err
	}
	w.verifier, err = securetoken.NewVerifier(w.client,
		securetoken.WithMaxStaleness(time.Duration(what.MaxStalenessMs)*time.Millisecond),
		securetoken.WithMaxEntries(what.MaxEntries),
		securetoken.WithVerifierClock(&w.clock),
		securetoken.WithVerifierLogger(slog.New(slog.DiscardHandler)),
		securetoken.WithVerifierHooks(securetoken.VerifierHooks{
			Hit:          func() { w.told.add("hit") },
			Miss:         func(securetoken.MissReason) { w.told.add("miss") },
			Refusal:      func(reason securetoken.Reason) { w.told.add("refused " + string(reason)) },
			Stale:        func(time.Duration) { w.told.add("stale") },
			Connected:    func() { w.told.add("connected") },
			Disconnected: func(error) { w.told.add("disconnected") },
			FeedRefused: func(error) {
				w.isRefused.Store(true)
				w.told.add("not-watched")
			},
		}),
	)
	return err
}

// begin verifies tokens at the same time.
func (w *watched) begin(tokens []string, permission string) []chan string {
	verifier := w.verifier
	answers := make([]chan string, len(tokens))
	var started sync.WaitGroup
	for i, token := range tokens {
		answers[i] = make(chan string, 1)
		started.Add(1)
		go func() {
			started.Done()
			answers[i] <- outcome(verifier, token, permission)
		}()
	}
	started.Wait()
	return answers
}

func outcomes(answers []chan string) map[string]any {
	told := make([]string, len(answers))
	for i, answer := range answers {
		told[i] = <-answer
	}
	return map[string]any{"outcomes": told}
}

func outcome(verifier *securetoken.Verifier, token, permission string) string {
	var err error
	if permission == "" {
		_, err = verifier.Verify(context.Background(), token)
	} else {
		err = verifier.CheckPermission(context.Background(), token, permission)
	}
	var refused *securetoken.TokenError
	switch {
	case err == nil:
		return "VALID"
	case errors.As(err, &refused):
		return string(refused.Reason)
	default:
		return codeName(status.Code(err))
	}
}

func (w *watched) state() map[string]any {
	stats := w.verifier.Stats()
	var staleness any
	if stats.IsReady {
		staleness = stats.Staleness.Milliseconds()
	}
	return map[string]any{
		"ready": stats.IsReady, "stalenessMs": staleness, "live": stats.Revocations,
		"entries": stats.Entries, "permitted": stats.IsReady || !w.isRefused.Load(),
	}
}
