package securetoken_test

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

func TestSettingsThatCannotWork(t *testing.T) {
	files := newCertificates(t)
	for name, it := range map[string]struct {
		target  string
		options []securetoken.Option
		says    string
	}{
		"a key with a newline": {"t:1", []securetoken.Option{securetoken.WithAPIKey("sesame\n")}, "visible ASCII"},
		"an empty key":         {"t:1", []securetoken.Option{securetoken.WithAPIKey("")}, "empty"},
		"no time at all":       {"t:1", []securetoken.Option{securetoken.WithTimeout(0)}, "above zero"},
		"more than a minute":   {"t:1", []securetoken.Option{securetoken.WithTimeout(90 * time.Second)}, "60 seconds"},
		"no key file":          {"t:1", []securetoken.Option{securetoken.WithAPIKeyFile("/nowhere")}, "API key"},
		"no key function":      {"t:1", []securetoken.Option{securetoken.WithAPIKeyFunc(nil)}, "nil"},
		"two keys": {"t:1", []securetoken.Option{
			securetoken.WithAPIKey("one"), securetoken.WithAPIKey("two"),
		}, "twice"},
		"a key in the clear": {"http://tokens:80", []securetoken.Option{securetoken.WithAPIKey("sesame")}, "in the clear"},
		"https without TLS":  {"https://t:1", []securetoken.Option{securetoken.WithInsecure()}, "https"},
		"http with TLS":      {"http://t:1", []securetoken.Option{securetoken.WithCAFile(files.ca)}, "http"},
		"no authorities":     {"t:1", []securetoken.Option{securetoken.WithCAFile("/nowhere")}, "authorities"},
		"a key as authority": {"t:1", []securetoken.Option{securetoken.WithCAFile(files.clientKey)}, "no certificate"},
		"an empty pool": {"t:1", []securetoken.Option{
			securetoken.WithTLSConfig(&tls.Config{RootCAs: x509.NewCertPool()}),
		}, "RootCAs"},
		"no certificate": {"t:1", []securetoken.Option{securetoken.WithClientCertificate("/nowhere", "/no")}, "certificate"},
		"nil TLS":        {"t:1", []securetoken.Option{securetoken.WithTLSConfig(nil)}, "nil"},
		"TLS and none": {"t:1", []securetoken.Option{
			securetoken.WithInsecure(), securetoken.WithCAFile(files.ca),
		}, "exclude"},
	} {
		t.Run(name, func(t *testing.T) {
			client, err := securetoken.New(it.target, it.options...)
			if client != nil || err == nil || !strings.Contains(err.Error(), it.says) {
				t.Fatalf("got %v, %v", client, err)
			}
			if strings.Contains(err.Error(), "sesame") {
				t.Error("the error quotes the key")
			}
		})
	}
}

func TestAKeyInTheClearWhereItMayBe(t *testing.T) {
	key := securetoken.WithAPIKey("sesame")
	for address, options := range map[string][]securetoken.Option{
		"http://127.0.0.1:1": {key},
		"http://localhost":   {key},
		"http://[::1]:1":     {key},
		"http://tokens:80":   {key, securetoken.WithInsecure()},
		"tokens:80":          {key, securetoken.WithInsecure()},
		"https://tokens":     {key},
	} {
		connect(t, address, options...)
	}
}

func TestTLS(t *testing.T) {
	files := newCertificates(t)
	certificate, err := tls.LoadX509KeyPair(files.server, files.serverKey)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(files.authority)
	oneSided := &tls.Config{Certificates: []tls.Certificate{certificate}}
	mutual := &tls.Config{
		Certificates: oneSided.Certificates, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	}
	own := securetoken.WithClientCertificate(files.client, files.clientKey)
	for name, it := range map[string]struct {
		server  *tls.Config
		options []securetoken.Option
		want    codes.Code
	}{
		"the file's authority":   {oneSided, []securetoken.Option{securetoken.WithCAFile(files.ca)}, codes.OK},
		"the system's authority": {oneSided, nil, codes.Unavailable},
		"plaintext to TLS":       {oneSided, []securetoken.Option{securetoken.WithInsecure()}, codes.Unavailable},
		"a configuration": {oneSided, []securetoken.Option{
			securetoken.WithTLSConfig(&tls.Config{RootCAs: pool}),
		}, codes.OK},
		"mTLS": {mutual, []securetoken.Option{securetoken.WithCAFile(files.ca), own}, codes.OK},
		"mTLS over a configuration": {mutual, []securetoken.Option{
			securetoken.WithTLSConfig(&tls.Config{RootCAs: pool}), own,
		}, codes.OK},
		"mTLS without a certificate": {mutual, []securetoken.Option{securetoken.WithCAFile(files.ca)}, codes.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			fake := answering(validResponse(), nil)
			address := fake.start(t, grpc.Creds(credentials.NewTLS(it.server)))
			options := append(it.options, securetoken.WithTimeout(3*time.Second))
			_, err := connect(t, address, options...).ValidateToken(t.Context(), "t")
			if got := status.Code(err); got != it.want {
				t.Errorf("got %v, want %v", err, it.want)
			}
		})
	}
}

func TestARenewedCertificateNeedsNoRestart(t *testing.T) {
	files, others := newCertificates(t), newCertificates(t)
	certificate, err := tls.LoadX509KeyPair(files.server, files.serverKey)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(files.authority)
	address := answering(validResponse(), nil).start(t, grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	})))
	client := connect(t, address,
		securetoken.WithCAFile(files.ca), securetoken.WithClientCertificate(others.client, others.clientKey))
	for from, to := range map[string]string{files.client: others.client, files.clientKey: others.clientKey} {
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.ValidateToken(t.Context(), "t"); err != nil {
		t.Error(err)
	}
}
