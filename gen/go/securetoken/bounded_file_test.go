package securetoken_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"securetoken.dev/go/securetoken"
)

func TestFilesThatAreNotRead(t *testing.T) {
	files := newCertificates(t)
	options := map[string]struct {
		option func(path string) securetoken.Option
		limit  int
	}{
		"the API key":     {securetoken.WithAPIKeyFile, 4098},
		"the authorities": {securetoken.WithCAFile, 1 << 20},
		"the certificate": {func(path string) securetoken.Option {
			return securetoken.WithClientCertificate(path, files.clientKey)
		}, 1 << 20},
		"the certificate's key": {func(path string) securetoken.Option {
			return securetoken.WithClientCertificate(files.client, path)
		}, 1 << 20},
	}
	for name, it := range options {
		long := filepath.Join(t.TempDir(), "long")
		if err := os.WriteFile(long, bytes.Repeat([]byte("k"), it.limit+1), 0o600); err != nil {
			t.Fatal(err)
		}
		// A device that never ends, and a folder; opening a pipe would wait for its writer.
		for _, path := range []string{long, os.DevNull, "/dev/zero", t.TempDir(), newPipe(t)} {
			t.Run(name+" in "+path, func(t *testing.T) {
				client, err := securetoken.New("https://t:1", it.option(path))
				rule := fmt.Sprintf("%s must be a regular file of at most %d bytes", path, it.limit)
				if client != nil || err == nil || !strings.Contains(err.Error(), rule) {
					t.Fatalf("got %v, want %s", err, rule)
				}
			})
		}
	}
}

func TestTheLongestAPIKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	text := strings.Repeat("k", 4096) + "\r\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	connect(t, "https://t:1", securetoken.WithAPIKeyFile(path))
}

func newPipe(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command("mkfifo", path).Run(); err != nil {
		t.Fatal(err)
	}
	return path
}
