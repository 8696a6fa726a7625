package securetoken_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var listening = regexp.MustCompile(`"url":"https?://([^"]+)"`)

// startServer gives the address of a real server: of the one that SECURE_TOKEN_TARGET names, or of its
// own.
func startServer(t *testing.T) string {
	t.Helper()
	if address := os.Getenv("SECURE_TOKEN_TARGET"); address != "" {
		return address
	}
	return runServer(t)
}

// runServer runs the server that `npm run build` has made, on a free port until the test ends.
func runServer(t *testing.T, env ...string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("the real server: there is no node here")
	}
	main, err := filepath.Abs("../../../dist/cli/main.js")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(main); err != nil {
		t.Skip("the real server: it is not built; `npm run build` makes it")
	}
	server := exec.Command(node, main, "serve")
	server.Dir = t.TempDir() // where no .env lies
	server.Env = append(env, "PORT=0", "PBKDF2_ITERATIONS=100000")
	stderr, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		server.Process.Signal(os.Interrupt)
		server.Wait()
	})
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		if found := listening.FindStringSubmatch(lines.Text()); found != nil {
			go io.Copy(io.Discard, stderr) // a full pipe would stop the server
			return found[1]
		}
	}
	t.Fatal("the real server does not start")
	return ""
}
