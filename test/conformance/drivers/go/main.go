// Command driver is the Go client's driver of the conformance corpus; see test/conformance/README.md.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"time"

	"securetoken.dev/go/securetoken"
)

type request struct {
	ID         string          `json:"id"`
	RPC        string          `json:"rpc"`
	Request    json.RawMessage `json:"request"`
	Guard      json.RawMessage `json:"guard"`
	Watch      json.RawMessage `json:"watch"`
	Connection connection      `json:"connection"`
}

type connection struct {
	Address   string `json:"address"`
	APIKey    string `json:"apiKey"`
	TimeoutMs int    `json:"timeoutMs"`
	TLS       tls    `json:"tls"`
}

type tls struct {
	CAFile   string `json:"caFile"`
	CertFile string `json:"certFile"`
	KeyFile  string `json:"keyFile"`
}

type answer struct {
	ID     string         `json:"id"`
	OK     bool           `json:"ok"`
	Result map[string]any `json:"result,omitzero"`
	Error  map[string]any `json:"error,omitempty"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(in io.Reader, out io.Writer) error {
	clients := make(map[connection]*securetoken.Client)
	defer func() {
		for _, client := range clients {
			client.Close()
		}
	}()
	servers := make(map[string]answer)
	var script watched
	lines, answers := bufio.NewReader(in), json.NewEncoder(out)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			return err
		}
		if asked.Watch != nil {
			result, err := script.do(asked.Watch, asked.Connection)
			if err != nil {
				return err
			}
			if err := answers.Encode(answer{ID: asked.ID, OK: true, Result: result}); err != nil {
				return err
			}
			continue
		}
		client, ok := clients[asked.Connection]
		if !ok {
			if client, err = connect(asked.Connection); err != nil {
				return err
			}
			clients[asked.Connection] = client
		}
		var given answer
		if asked.Guard == nil {
			given = respond(client, asked)
		} else if given, err = serveGuarded(servers, client, asked); err != nil {
			return err
		}
		if err := answers.Encode(given); err != nil {
			return err
		}
	}
}

func connect(to connection) (*securetoken.Client, error) {
	var options []securetoken.Option
	if to.TLS.CAFile == "" {
		options = append(options, securetoken.WithInsecure())
	} else {
		options = append(options, securetoken.WithCAFile(to.TLS.CAFile))
	}
	if to.TLS.CertFile != "" {
		options = append(options, securetoken.WithClientCertificate(to.TLS.CertFile, to.TLS.KeyFile))
	}
	if to.APIKey != "" {
		options = append(options, securetoken.WithAPIKey(to.APIKey))
	}
	if to.TimeoutMs != 0 {
		options = append(options, securetoken.WithTimeout(time.Duration(to.TimeoutMs)*time.Millisecond))
	}
	return securetoken.New(to.Address, options...)
}

// serveGuarded tells where the server of a guard listens, which it starts when the guard is first named.
func serveGuarded(servers map[string]answer, client *securetoken.Client, asked request) (answer, error) {
	key, err := json.Marshal([]any{asked.Guard, asked.Connection})
	if err != nil {
		return answer{}, err
	}
	known, ok := servers[string(key)]
	if !ok {
		var spec guardSpec
		if err := json.Unmarshal(asked.Guard, &spec); err != nil {
			return answer{}, err
		}
		server, err := startGuarded(client, spec)
		if err != nil {
			return answer{}, err
		}
		known = answer{Error: map[string]any{"kind": "POLICY"}}
		if server != nil {
			known = answer{OK: true, Result: map[string]any{"address": server.address}}
		}
		servers[string(key)] = known
	}
	known.ID = asked.ID
	return known, nil
}

func respond(client *securetoken.Client, asked request) answer {
	result, err := call(context.Background(), client, asked.RPC, asked.Request)
	if err != nil {
		return answer{ID: asked.ID, Error: describeError(err)}
	}
	return answer{ID: asked.ID, OK: true, Result: result}
}
