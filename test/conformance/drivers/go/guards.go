package main

import (
	"encoding/json"
	"net"
	"net/http"
	"time"

	"securetoken.dev/go/securetoken"
)

// guardSpec is a policy of the corpus.
type guardSpec struct {
	Policy map[string]json.RawMessage `json:"policy"`
}

// guarded is a server behind the package's middleware; it ends with the driver.
type guarded struct {
	address string
}

// startGuarded gives nil for a policy that the package refuses.
func startGuarded(client *securetoken.Client, spec guardSpec) (*guarded, error) {
	policy := make(securetoken.HTTPPolicy, len(spec.Policy))
	for rule, value := range spec.Policy {
		requirement, err := toRequirement(value)
		if err != nil {
			return nil, err
		}
		policy[rule] = requirement
	}
	guard, err := securetoken.NewGuard(client)
	if err != nil {
		return nil, err
	}
	protect, err := guard.Routes(policy)
	if err != nil {
		return nil, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	// No ServeMux stands before the handler: it would redirect paths that are not clean.
	server := &http.Server{Handler: protect(http.HandlerFunc(tellUser)), ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(listener)
	return &guarded{listener.Addr().String()}, nil
}

func tellUser(w http.ResponseWriter, r *http.Request) {
	if claims, ok := securetoken.ClaimsFromContext(r.Context()); ok {
		w.Header().Set("X-User", claims.UserID)
	}
}

// toRequirement gives the zero value for null.
func toRequirement(value json.RawMessage) (securetoken.Requirement, error) {
	var name string
	if json.Unmarshal(value, &name) == nil {
		return map[string]securetoken.Requirement{
			"anyValidToken": securetoken.AnyValidToken(),
			"optional":      securetoken.Optional(),
			"open":          securetoken.Public(),
		}[name], nil
	}
	var lists struct {
		AllOf *[]string `json:"allOf"`
		AnyOf *[]string `json:"anyOf"`
	}
	err := json.Unmarshal(value, &lists)
	switch {
	case lists.AllOf != nil:
		return securetoken.Require(*lists.AllOf...), err
	case lists.AnyOf != nil:
		return securetoken.AnyOf(*lists.AnyOf...), err
	default:
		return securetoken.Requirement{}, err
	}
}
