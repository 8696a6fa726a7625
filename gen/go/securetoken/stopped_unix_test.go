//go:build unix

package securetoken_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"securetoken.dev/go/securetoken"
)

// stoppedProcess names, in the process that is stopped, the server and the token.
const stoppedProcess = "SECURE_TOKEN_TEST_STOPPED"

// A process that was stopped for longer than the bound finds a checkpoint of each second when it goes on. None
// may be taken for new.
func TestAProcessThatWasStoppedLetsNothingThrough(t *testing.T) {
	if address, token, isStopped := strings.Cut(os.Getenv(stoppedProcess), " "); isStopped {
		verifyThroughAStop(t, address, token)
		return
	}
	address := runServer(t, "DATA_DIR="+t.TempDir())
	client := connect(t, address, securetoken.WithInsecure())
	issued, err := client.GenerateToken(t.Context(), "user-1")
	if err != nil {
		t.Fatal(err)
	}
	process := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	process.Env = append(os.Environ(), stoppedProcess+"="+address+" "+issued.Token)
	process.Stderr = os.Stderr
	stdout, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		process.Process.Kill()
		process.Wait()
	}()
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() || lines.Text() != "hits" {
		t.Fatalf("says %q", lines.Text())
	}
	signal(t, process, syscall.SIGSTOP)
	time.Sleep(2 * time.Second) // checkpoints come before the revocation, and wait to be read first
	if _, err := client.RevokeToken(t.Context(), issued.Token); err != nil {
		t.Fatal(err)
	}
	time.Sleep(6 * time.Second)
	signal(t, process, syscall.SIGCONT)
	if !lines.Scan() || lines.Text() != "accepted 0" {
		t.Errorf("says %q", lines.Text())
	}
}

func signal(t *testing.T, process *exec.Cmd, signal syscall.Signal) {
	t.Helper()
	if err := process.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
}

// verifyThroughAStop checks one token again and again, and tells how often it was accepted after a stop.
func verifyThroughAStop(t *testing.T, address, token string) {
	client := connect(t, address, securetoken.WithInsecure())
	verifier, err := securetoken.NewVerifier(client, securetoken.WithMaxStaleness(5*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer verifier.Close()
	await(t, "a vouching verifier", func() bool { return verifier.Stats().IsVouching })
	mustVerify(t, verifier, token)
	last := time.Now()
	fmt.Println("hits")
	accepted, refused := 0, 0
	wasStopped := false
	for refused < 200 {
		began := time.Now()
		wasStopped = wasStopped || began.Sub(last) > 5*time.Second
		last = began
		_, err := verifier.Verify(t.Context(), token)
		switch {
		case !wasStopped:
		case err == nil:
			accepted++
		case errors.Is(err, securetoken.ErrInvalidToken):
			refused++
		}
	}
	fmt.Println("accepted", accepted)
}
