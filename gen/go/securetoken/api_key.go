package securetoken

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/status"
)

const (
	// keyFileInterval is how often a key file is read at most.
	keyFileInterval = time.Second
	maxKeyBytes     = 4096
)

// keySource gives the API key of each call.
type keySource interface {
	// key is what a call sends. A renewed one is asked for after the server has refused an earlier one.
	key(ctx context.Context, renewed bool) (string, error)
}

// fixedKey never changes.
type fixedKey string

func (k fixedKey) key(context.Context, bool) (string, error) { return string(k), nil }

// keyFunc asks the program.
type keyFunc func(context.Context) (string, error)

func (f keyFunc) key(ctx context.Context, _ bool) (key string, err error) {
	defer func() {
		if recover() != nil { // in a goroutine of a guard's or a verifier's, it would end the process
			key, err = "", errors.New("the function of the API key panics")
		}
	}()
	key, err = f(ctx)
	if err != nil {
		return "", err
	}
	return key, checkKey(key)
}

// keyFile holds the key that it read last: a file that is being written, or is gone for a moment, does
// not take it away.
type keyFile struct {
	path string
	now  func() time.Time

	mu    sync.Mutex
	last  string
	read  time.Time
	fault error // why the file could not be read when it was last tried
}

func openKeyFile(path string) (*keyFile, error) {
	key, err := readKey(path)
	if err != nil {
		return nil, err
	}
	return &keyFile{path: path, now: time.Now, last: key, read: time.Now()}, nil
}

func (f *keyFile) key(_ context.Context, renewed bool) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.now(); renewed || now.Sub(f.read) >= keyFileInterval {
		f.read = now
		f.readAgain()
	}
	return f.last, nil
}

// readAgain tells the log of a fault once, until the file can be read again or fails in another way.
func (f *keyFile) readAgain() {
	before := f.fault
	key, err := readKey(f.path)
	if f.fault = err; err == nil {
		f.last = key
	} else if before == nil || before.Error() != err.Error() {
		slog.Warn("securetoken: the API key's file cannot be read; the key read last is sent",
			slog.String("cause", err.Error()))
	}
}

// explain says with a refusal of the key that its file cannot be read, which may be why the key is an old one.
func (f *keyFile) explain(refusal error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.fault == nil {
		return refusal
	}
	told := status.Convert(refusal).Proto()
	told.Message = fmt.Sprintf("%s; %v: the key read last was sent", told.GetMessage(), f.fault)
	return status.ErrorProto(told)
}

func readKey(path string) (string, error) {
	text, err := readRegularFile(path, maxKeyFileBytes)
	if err != nil {
		return "", fmt.Errorf("reading the API key: %w", err)
	}
	key := strings.Trim(string(text), " \t\r\n")
	if err := checkKey(key); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

func checkKey(key string) error {
	switch {
	case key == "":
		return errors.New("the API key is empty")
	case len(key) > maxKeyBytes:
		return fmt.Errorf("the API key is longer than %d characters", maxKeyBytes)
	}
	for _, char := range []byte(key) {
		if char < '!' || char > '~' {
			return errors.New("the API key must consist of visible ASCII characters")
		}
	}
	return nil
}

type credentialKey struct{}

// ContextWithCredential makes the calls of a context show a credential of their own in place of the
// client's API key: the token of a holder who may refresh it, or the key of another caller.
func ContextWithCredential(ctx context.Context, credential string) context.Context {
	return context.WithValue(ctx, credentialKey{}, credential)
}

// withoutCredential undoes ContextWithCredential.
func withoutCredential(ctx context.Context) context.Context {
	return context.WithValue(ctx, credentialKey{}, nil)
}

func credentialIn(ctx context.Context) (string, bool) {
	credential, ok := ctx.Value(credentialKey{}).(string)
	return credential, ok
}
