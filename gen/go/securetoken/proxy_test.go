package securetoken

import (
	"context"
	"net"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"
)

const namesALocalServer = "SECURETOKEN_TEST_CALLS_A_LOCAL_NAME"

// TestNoProxyIsAskedForThisMachine runs itself in a process of its own: Go reads a proxy's variables once.
func TestNoProxyIsAskedForThisMachine(t *testing.T) {
	if os.Getenv(namesALocalServer) != "" {
		callALocalName(t)
		return
	}
	proxy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer proxy.Close()
	var asked atomic.Int32
	go func() {
		for {
			conn, err := proxy.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			conn.Close()
		}
	}()
	address := "http://" + proxy.Addr().String()
	command := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	command.Env = append(os.Environ(), namesALocalServer+"=1", "HTTPS_PROXY="+address, "NO_PROXY=")
	if output, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	if count := asked.Load(); count != 0 {
		t.Errorf("the proxy was asked %d times", count)
	}
}

// callALocalName calls a name that net/http's rules for proxies do not take for this machine. Nobody answers.
func callALocalName(t *testing.T) {
	client, err := New("http://tokens.localhost:9", WithAPIKey("key"), WithTimeout(time.Second))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.ValidateToken(context.Background(), "token"); err == nil {
		t.Error("somebody answered")
	}
}
