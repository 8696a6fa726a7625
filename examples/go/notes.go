package main

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"securetoken.dev/go/securetoken"
)

const maxNoteBytes = 1 << 10

// notebook holds the notes of every user, as long as the program runs.
type notebook struct {
	mu    sync.Mutex
	notes map[string][]string
}

// routes is the whole service. Each route names what it requires; any other is refused.
func routes(
	guard *securetoken.Guard, book *notebook, verifier *securetoken.Verifier, collected prometheus.Gatherer,
) (http.Handler, error) {
	protect, err := guard.Routes(securetoken.HTTPPolicy{
		"GET /notes":    securetoken.Require("notes:read"),
		"POST /notes":   securetoken.Require("notes:write"),
		"GET /healthz":  securetoken.Public(),
		"GET /verifier": securetoken.Public(),
		"GET /metrics":  securetoken.Public(), // on a port of its own where strangers reach this one
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", book.list)
	mux.HandleFunc("POST /notes", book.add)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(collected, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /verifier", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, report(verifier.Stats()))
	})
	return protect(mux), nil
}

func (b *notebook) list(w http.ResponseWriter, r *http.Request) {
	claims, _ := securetoken.ClaimsFromContext(r.Context())
	b.mu.Lock()
	notes := append([]string{}, b.notes[claims.UserID]...) // none is [], not null
	b.mu.Unlock()
	writeJSON(w, http.StatusOK, map[string]any{"user": claims.UserID, "notes": notes})
}

func (b *notebook) add(w http.ResponseWriter, r *http.Request) {
	claims, _ := securetoken.ClaimsFromContext(r.Context())
	var note struct {
		Text string `json:"text"`
	}
	body := http.MaxBytesReader(w, r.Body, maxNoteBytes)
	if err := json.NewDecoder(body).Decode(&note); err != nil || note.Text == "" {
		http.Error(w, `the body must be {"text": "..."}`, http.StatusBadRequest)
		return
	}
	b.mu.Lock()
	if b.notes == nil {
		b.notes = make(map[string][]string)
	}
	b.notes[claims.UserID] = append(b.notes[claims.UserID], note.Text)
	b.mu.Unlock()
	writeJSON(w, http.StatusCreated, note)
}

// report is what the verifier has done: how many requests needed no call, and how old its knowledge is.
func report(stats securetoken.VerifierStats) map[string]any {
	var staleness any
	if stats.IsReady {
		staleness = stats.Staleness.Milliseconds()
	}
	return map[string]any{
		"hits": stats.Hits, "misses": stats.Misses,
		"stalenessMs": staleness, "revocations": stats.Revocations,
	}
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(value)
}
