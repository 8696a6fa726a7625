package securetoken

import "net/http"

// HTTP makes net/http middleware that requires a valid token with all of the permissions:
//
//	mux.Handle("GET /notes", guard.HTTP("notes:read")(listNotes))
func (g *Guard) HTTP(permissions ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			claims, refused := g.admit(r.Context(), r.Header.Values("Authorization"), permissions)
			if refused != nil {
				refused.writeHTTP(w)
				return
			}
			next.ServeHTTP(w, r.WithContext(ContextWithClaims(r.Context(), claims)))
		})
	}
}
