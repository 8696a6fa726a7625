package securetoken

import (
	"fmt"
	"net/http"
)

// HTTP makes net/http middleware that requires a valid token with all of the permissions:
//
//	mux.Handle("GET /notes", guard.HTTP("notes:read")(listNotes))
//
// It panics without a permission, or with an empty one, as [http.ServeMux.Handle] does for a bad
// pattern; see [Guard.Protect] for other requirements.
func (g *Guard) HTTP(permissions ...string) func(http.Handler) http.Handler {
	return g.Protect(Require(permissions...))
}

// Protect makes net/http middleware of a requirement. It panics for one that is empty.
func (g *Guard) Protect(requirement Requirement) func(http.Handler) http.Handler {
	if err := requirement.check(); err != nil {
		panic(fmt.Sprintf("securetoken: %v", err))
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			g.serve(w, r, requirement, next)
		})
	}
}

// Routes makes net/http middleware of rules by method and path, for a whole mux: what no rule names is
// refused. The path is that of the request as the middleware sees it, so behind [http.StripPrefix] it is
// what the mux behind it routes by. The policy is copied; one that is empty or has a malformed rule is an
// error.
func (g *Guard) Routes(policy HTTPPolicy) (func(http.Handler) http.Handler, error) {
	rules, err := parseHTTPPolicy(policy)
	if err != nil {
		return nil, fmt.Errorf("securetoken: %w", err)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requirement, ok := rules.of(r)
			if !ok {
				g.onFault(r.Context(), fmt.Errorf("%w: %s %q", ErrNoRule, r.Method, r.URL.Path))
				g.refuseHTTP(w, r, refuse(RefusalPermissionMissing))
				return
			}
			g.serve(w, r, requirement, next)
		})
	}, nil
}

func (g *Guard) serve(w http.ResponseWriter, r *http.Request, requirement Requirement, next http.Handler) {
	token, reason := g.tokenOf(r)
	ctx, refused := g.admit(r.Context(), requirement, token, reason)
	if refused != nil {
		g.refuseHTTP(w, r, refused)
		return
	}
	if ctx != r.Context() {
		r = r.WithContext(ctx)
	}
	next.ServeHTTP(w, r)
}

func (g *Guard) tokenOf(r *http.Request) (string, RefusalReason) {
	if g.extract == nil {
		return bearerToken(r.Header.Values("Authorization"))
	}
	token := g.extract(r)
	if token == "" {
		return "", RefusalTokenMissing
	}
	return checkToken(token)
}

// refuseHTTP answers with the program's own handler if there is one.
func (g *Guard) refuseHTTP(w http.ResponseWriter, r *http.Request, refused *Refusal) {
	if g.onRefusal == nil {
		refused.WriteHTTP(w, r)
		return
	}
	noting := &notingWriter{ResponseWriter: w}
	defer func() {
		fault := recover()
		switch {
		case fault == nil:
		case fault == http.ErrAbortHandler || noting.hasWritten: // too late for another answer
			panic(fault)
		default:
			clear(w.Header())
			refused.WriteHTTP(w, r)
		}
	}()
	g.onRefusal(noting, r, refused)
}

// notingWriter notes whether an answer has begun.
type notingWriter struct {
	http.ResponseWriter
	hasWritten bool
}

func (w *notingWriter) WriteHeader(status int) {
	w.hasWritten = true
	w.ResponseWriter.WriteHeader(status)
}

func (w *notingWriter) Write(body []byte) (int, error) {
	w.hasWritten = true
	return w.ResponseWriter.Write(body)
}

// Unwrap is for [http.ResponseController].
func (w *notingWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
