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
	Result map[string]any `json:"result,omitempty"`
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
		client, ok := clients[asked.Connection]
		if !ok {
			if client, err = connect(asked.Connection); err != nil {
				return err
			}
			clients[asked.Connection] = client
		}
		if err := answers.Encode(respond(client, asked)); err != nil {
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

func respond(client *securetoken.Client, asked request) answer {
	result, err := call(context.Background(), client, asked.RPC, asked.Request)
	if err != nil {
		return answer{ID: asked.ID, Error: describeError(err)}
	}
	return answer{ID: asked.ID, OK: true, Result: result}
}
