// Command apiserver asks about tokens as a Kubernetes API server does: with its own webhook authenticator, and the
// kubeconfig that its one argument names. It reads requests from stdin, a JSON object each, and writes what the
// authenticator makes of each token, a line each.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/authentication/authenticator"
	webhookconfig "k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/webhook"
)

// request is what an API server knows of a request: its token, and the audiences of --api-audiences.
type request struct {
	Token     string                  `json:"token"`
	Audiences authenticator.Audiences `json:"audiences"`
}

// verdict is what becomes of it. Error is that of an authenticator that could not decide, or of the token.
type verdict struct {
	Authenticated bool                `json:"authenticated"`
	Username      string              `json:"username,omitempty"`
	UID           string              `json:"uid,omitempty"`
	Groups        []string            `json:"groups,omitempty"`
	Extra         map[string][]string `json:"extra,omitempty"`
	Audiences     []string            `json:"audiences,omitempty"`
	Error         string              `json:"error,omitempty"`
}

func main() {
	config, err := webhookconfig.LoadKubeconfig(os.Args[1], nil)
	if err != nil {
		log.Fatal(err)
	}
	// As often as an API server asks, without its pauses.
	retry := wait.Backoff{Duration: time.Millisecond, Steps: webhook.DefaultRetryBackoff().Steps}
	implicit := authenticator.Audiences{"https://kubernetes.default.svc"}
	authn, err := webhook.New(config, "v1", implicit, retry)
	if err != nil {
		log.Fatal(err)
	}
	requests, verdicts := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var asked request
		if err := requests.Decode(&asked); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		if err := verdicts.Encode(authenticate(authn, asked)); err != nil {
			log.Fatal(err)
		}
	}
}

func authenticate(authn authenticator.Token, asked request) verdict {
	ctx := context.Background()
	if len(asked.Audiences) > 0 {
		ctx = authenticator.WithAudiences(ctx, asked.Audiences)
	}
	response, ok, err := authn.AuthenticateToken(ctx, asked.Token)
	told := verdict{Authenticated: ok}
	if err != nil {
		told.Error = err.Error()
	}
	if ok {
		told.Username, told.UID = response.User.GetName(), response.User.GetUID()
		told.Groups, told.Extra = response.User.GetGroups(), response.User.GetExtra()
		told.Audiences = response.Audiences
	}
	return told
}
