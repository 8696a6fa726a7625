package main

import (
	"math"

	"github.com/prometheus/client_golang/prometheus"

	"securetoken.dev/go/securetoken"
)

// metrics are what Prometheus collects of the client and the verifier, under the names of docs/integrate/client-metrics.md.
type metrics struct {
	calls    *prometheus.HistogramVec
	checks   *prometheus.CounterVec
	refusals *prometheus.CounterVec
}

func newMetrics(registry prometheus.Registerer) *metrics {
	m := &metrics{
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "secure_token_client_call_seconds",
			Help:    "Calls of the token service, further tries included.",
			Buckets: []float64{0.001, 0.005, 0.025, 0.1, 0.5, 1, 5},
		}, []string{"method", "code"}),
		checks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "secure_token_client_checks_total",
			Help: "Checks of tokens: hit without a call, miss with one.",
		}, []string{"result"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "secure_token_client_refusals_total",
			Help: "Refused tokens by reason.",
		}, []string{"reason"}),
	}
	registry.MustRegister(m.calls, m.checks, m.refusals)
	return m
}

// ended is for securetoken.WithCallHook.
func (m *metrics) ended(call securetoken.EndedCall) {
	m.calls.WithLabelValues(call.Method, call.Code).Observe(call.Duration.Seconds())
}

// hooks are for securetoken.WithVerifierHooks.
func (m *metrics) hooks() securetoken.VerifierHooks {
	return securetoken.VerifierHooks{
		Hit:     m.checks.WithLabelValues("hit").Inc,
		Miss:    func(securetoken.MissReason) { m.checks.WithLabelValues("miss").Inc() },
		Refusal: func(reason securetoken.Reason) { m.refusals.WithLabelValues(string(reason)).Inc() },
	}
}

// watch adds how old the verifier's knowledge of revocations is: no number until it has any.
func watch(registry prometheus.Registerer, verifier *securetoken.Verifier) {
	registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "secure_token_client_staleness_seconds",
		Help: "How old what is known of revocations is.",
	}, func() float64 {
		stats := verifier.Stats()
		if !stats.IsReady {
			return math.NaN()
		}
		return stats.Staleness.Seconds()
	}))
}
