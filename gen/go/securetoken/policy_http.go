package securetoken

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// HTTPPolicy says what each request of an HTTP server requires. A key is a method, or * for every
// method, a space, and a path: "GET /notes", "* /health". A path that ends with /* stands for all that
// begin with what is before the star: "GET /notes/*". Of several rules for a request the exact path
// counts before a star, the longer path before the shorter, and then the method before *. HEAD is asked
// as GET.
//
// No rule names a path that others might read in another way: one with an empty or a dot segment, a
// backslash or a semicolon, or an encoded slash, dot, backslash, percent sign or NUL; nor one that another
// rule with another requirement names but for the last slash.
type HTTPPolicy map[string]Requirement

type httpRules struct {
	exact    map[string]Requirement // by "GET /notes"
	prefixes map[string]Requirement // by "GET /notes/"
	trimmed  map[string]Requirement // the exact ones without their last slashes
	// longest is the length of the longest prefix: nothing is looked up beyond it.
	longest int
}

func parseHTTPPolicy(policy HTTPPolicy) (*httpRules, error) {
	if len(policy) == 0 {
		return nil, errors.New("the policy is empty: it would refuse everything")
	}
	rules := &httpRules{
		exact:    make(map[string]Requirement),
		prefixes: make(map[string]Requirement),
		trimmed:  make(map[string]Requirement),
	}
	for rule, requirement := range policy {
		if err := requirement.check(); err != nil {
			return nil, fmt.Errorf("rule %q: %w", rule, err)
		}
		method, path, ok := strings.Cut(rule, " ")
		if !ok || !isMethod(method) || !strings.HasPrefix(path, "/") {
			return nil, fmt.Errorf(`rule %q must be a method or *, a space, and a path: "GET /notes", "* /health"`, rule)
		}
		if method == http.MethodHead {
			return nil, fmt.Errorf("rule %q: HEAD is asked as GET", rule)
		}
		prefix, isPrefix := strings.CutSuffix(path, "*")
		if isPrefix && !strings.HasSuffix(prefix, "/") || strings.Contains(prefix, "*") {
			return nil, fmt.Errorf("rule %q: a star stands for whole segments at the end, as in /notes/*", rule)
		}
		if !isPlainPath(prefix, prefix) {
			return nil, fmt.Errorf("rule %q: its path can match no request", rule)
		}
		if isPrefix {
			rules.prefixes[method+" "+prefix] = requirement
			rules.longest = max(rules.longest, len(prefix))
			continue
		}
		rules.exact[rule] = requirement
		key := method + " " + trimSlash(path)
		if twin, ok := rules.trimmed[key]; ok && !twin.equals(requirement) {
			return nil, fmt.Errorf("rule %q differs from another by its last slash alone: many routers read both as one", rule)
		}
		rules.trimmed[key] = requirement
	}
	return rules, nil
}

func isMethod(method string) bool {
	if method == "*" {
		return true
	}
	for _, char := range []byte(method) {
		if char < 'A' || char > 'Z' {
			return false
		}
	}
	return method != ""
}

// of finds the rule of a request.
func (h *httpRules) of(r *http.Request) (Requirement, bool) {
	method, path := r.Method, r.URL.Path
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if !isPlainPath(path, rawPath(r.URL)) {
		return Requirement{}, false
	}
	found, ok := h.lookUp(method, path)
	// Where the router ignores the last slash, another rule may name the same handler.
	if other, isNamed := either(h.trimmed, method, trimSlash(path)); isNamed && !other.equals(found) {
		return Requirement{}, false
	}
	return found, ok
}

func (h *httpRules) lookUp(method, path string) (Requirement, bool) {
	if requirement, ok := either(h.exact, method, path); ok {
		return requirement, true
	}
	for end := min(len(path), h.longest); end > 0; {
		end = strings.LastIndexByte(path[:end], '/')
		if end < 0 {
			break
		}
		if requirement, ok := either(h.prefixes, method, path[:end+1]); ok {
			return requirement, true
		}
	}
	return Requirement{}, false
}

func trimSlash(path string) string {
	if path == "/" {
		return path
	}
	return strings.TrimSuffix(path, "/")
}

func either(rules map[string]Requirement, method, path string) (Requirement, bool) {
	if requirement, ok := rules[method+" "+path]; ok {
		return requirement, true
	}
	requirement, ok := rules["* "+path]
	return requirement, ok
}

// rawPath is the path as it was sent, where that is not the usual spelling of the decoded one.
func rawPath(u *url.URL) string {
	if u.RawPath != "" {
		return u.RawPath
	}
	return u.Path
}

// isPlainPath is for a path that every reader splits alike. What is encoded shows in the raw path, or in
// the decoded one by its character.
func isPlainPath(path, raw string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\\;%\x00") || strings.Contains(path, "//") {
		return false
	}
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			return false
		}
	}
	for i := 0; i+2 < len(raw); i++ {
		if raw[i] != '%' {
			continue
		}
		switch strings.ToLower(raw[i+1 : i+3]) {
		case "2f", "2e", "5c", "25", "00", "3b":
			return false
		}
	}
	return true
}
