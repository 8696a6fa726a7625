package securetoken

import (
	"strings"
	"testing"
)

func TestAddresses(t *testing.T) {
	for address, want := range map[string]target{
		"tokens.example.com:443":         {"dns:///tokens.example.com:443", "", false},
		"127.0.0.1:8080":                 {"dns:///127.0.0.1:8080", "", true},
		"[::1]:8080":                     {"dns:///[::1]:8080", "", true},
		"http://127.0.0.1:8080":          {"dns:///127.0.0.1:8080", "http", true},
		"http://localhost/":              {"dns:///localhost:80", "http", true},
		"https://tokens.example.com":     {"dns:///tokens.example.com:443", "https", false},
		"HTTPS://tokens.example.com:444": {"dns:///tokens.example.com:444", "https", false},
		"https://[2001:db8::1]":          {"dns:///[2001:db8::1]:443", "https", false},
		"dns:///tokens:8080":             {"dns:///tokens:8080", "", false},
		"dns:///localhost:8080":          {"dns:///localhost:8080", "", true},
		"dns://10.0.0.53/localhost:8080": {"dns://10.0.0.53/localhost:8080", "", false},
		"dns:///10.0.0.1?x.localhost:80": {"dns:///10.0.0.1?x.localhost:80", "", false},
		"xds:///localhost:8080":          {"xds:///localhost:8080", "", false},
		"passthrough:///127.0.0.1:8080":  {"passthrough:///127.0.0.1:8080", "", false},
		"unixes:///localhost:8080":       {"unixes:///localhost:8080", "", false},
		"unix:///run/tokens.sock":        {"unix:///run/tokens.sock", "", true},
		"unix:/run/tokens.sock":          {"unix:/run/tokens.sock", "", true},
	} {
		if got, err := parseTarget(address); err != nil || got != want {
			t.Errorf("%s: got %+v, %v", address, got, err)
		}
	}
}

func TestAddressesThatCannotWork(t *testing.T) {
	for address, says := range map[string]string{
		"":                          "host:port",
		"tokens.example.com":        "host:port",
		"tokens:":                   "port from 1",
		"tokens:0":                  "port from 1",
		"tokens:65536":              "port from 1",
		"tokens:http":               "port from 1",
		":8080":                     "port",
		"::1:8080":                  "host:port",
		"a b:1":                     "host:port",
		"user@tokens:1":             "host:port",
		"http://":                   "host:port",
		"http://tokens/path":        "without path",
		"https://tokens?a=b":        "without path",
		"https://ann:sesame@tokens": "without path",
		"https://a b":               "no URL",
	} {
		got, err := parseTarget(address)
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "the address") {
			t.Errorf("%q: got %+v, %v", address, got, err)
		} else if strings.Contains(err.Error(), "sesame") {
			t.Errorf("%q: the error quotes a password", address)
		}
	}
}
