package securetoken

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

const (
	defaultMaxStaleness = 10 * time.Second
	leastMaxStaleness   = time.Second
	mostMaxStaleness    = 5 * time.Minute
	defaultMaxEntries   = 100_000
	mostMaxEntries      = 10_000_000
	defaultMaxBytes     = 256 << 20
	leastMaxBytes       = 1 << 20
)

// VerifierOption sets up a [Verifier].
type VerifierOption func(*verifierConfig) error

type verifierConfig struct {
	maxStaleness time.Duration
	maxEntries   int
	maxBytes     int64
	audience     string // empty: any token passes
	hooks        VerifierHooks
	logger       *slog.Logger
	clock        Clock
}

// WithMaxStaleness is how old the knowledge of revocations may be while answers are vouched for: 1 second
// to 5 minutes, 10 seconds unless set. It is how long a revocation can go unnoticed when the feed is cut.
func WithMaxStaleness(bound time.Duration) VerifierOption {
	return func(c *verifierConfig) error {
		if bound < leastMaxStaleness || bound > mostMaxStaleness {
			return fmt.Errorf("the staleness must be 1 second to 5 minutes, not %v", bound)
		}
		c.maxStaleness = bound
		return nil
	}
}

// WithMaxEntries is how many answers are kept: 1 to 10,000,000, 100,000 unless set. Those that were not
// used for longest go first.
func WithMaxEntries(entries int) VerifierOption {
	return func(c *verifierConfig) error {
		if entries < 1 || entries > mostMaxEntries {
			return fmt.Errorf("the entries must be 1 to 10,000,000, not %d", entries)
		}
		c.maxEntries = entries
		return nil
	}
}

// WithMaxBytes is how much memory the answers take, by an estimate: 1 MiB at least, 256 MiB unless set.
// What is known of revocations comes beside it, some 60 bytes each.
func WithMaxBytes(bytes int64) VerifierOption {
	return func(c *verifierConfig) error {
		if bytes < leastMaxBytes {
			return fmt.Errorf("the bytes must be 1,048,576 at least, not %d", bytes)
		}
		c.maxBytes = bytes
		return nil
	}
}

// WithVerifierAudience makes the verifier refuse, as [ErrInvalidToken] with [ReasonAudienceMismatch], tokens
// whose audiences do not hold the name, compared exactly with each kept answer, and those without any. Without
// it any token passes.
func WithVerifierAudience(audience string) VerifierOption {
	return func(c *verifierConfig) error {
		c.audience = audience
		return checkAudienceName(audience)
	}
}

// WithVerifierHooks tells what the verifier does; see also [Verifier.Stats].
func WithVerifierHooks(hooks VerifierHooks) VerifierOption {
	return func(c *verifierConfig) error {
		c.hooks = hooks
		return nil
	}
}

// WithVerifierLogger is where the verifier warns of a feed that grows stale or is refused: slog.Default()
// unless set. No line holds anything of a token.
func WithVerifierLogger(logger *slog.Logger) VerifierOption {
	return func(c *verifierConfig) error {
		if logger == nil {
			return errors.New("the logger is nil")
		}
		c.logger = logger
		return nil
	}
}

// WithVerifierClock replaces the machine's clock, for tests.
func WithVerifierClock(clock Clock) VerifierOption {
	return func(c *verifierConfig) error {
		if clock == nil {
			return errors.New("the clock is nil")
		}
		c.clock = clock
		return nil
	}
}

func newVerifierConfig(client *Client, options []VerifierOption) (*verifierConfig, error) {
	audience, err := client.requiredAudience()
	if err != nil {
		return nil, err
	}
	c := &verifierConfig{
		audience:     audience,
		maxStaleness: defaultMaxStaleness,
		maxEntries:   defaultMaxEntries,
		maxBytes:     defaultMaxBytes,
		logger:       slog.Default(),
		clock:        machineClock{},
	}
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, err
		}
	}
	return c, nil
}
