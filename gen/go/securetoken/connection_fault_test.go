package securetoken_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"securetoken.dev/go/securetoken"
)

// TestFaultsOfAConnection holds that each is named, says what to do, and is not tried again.
func TestFaultsOfAConnection(t *testing.T) {
	files, others := newCertificates(t), newCertificates(t)
	certificate, err := tls.LoadX509KeyPair(files.server, files.serverKey)
	if err != nil {
		t.Fatal(err)
	}
	expired, err := tls.LoadX509KeyPair(files.expired, files.expiredKey)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(files.authority)
	serve := func(config *tls.Config) string {
		return answering(validResponse(), nil).start(t, grpc.Creds(credentials.NewTLS(config)))
	}
	oneSided := serve(&tls.Config{Certificates: []tls.Certificate{certificate}})
	mutual := serve(&tls.Config{
		Certificates: []tls.Certificate{certificate}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	})
	web := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(web.Close)
	trusting := securetoken.WithCAFile(files.ca)
	for name, it := range map[string]struct {
		address string
		option  securetoken.Option
		fault   securetoken.ConnectionFault
		says    string
	}{
		"plaintext to TLS":      {alerting(t), securetoken.WithInsecure(), securetoken.FaultPlaintextToTLS, "WithInsecure"},
		"TLS to plaintext":      {web.Listener.Addr().String(), trusting, securetoken.FaultTLSToPlaintext, "http://"},
		"plaintext to HTTP/1.1": {web.Listener.Addr().String(), securetoken.WithInsecure(), securetoken.FaultNotHTTP2, "HTTP/2"},
		"an unknown authority":  {oneSided, securetoken.WithCAFile(others.ca), securetoken.FaultUnknownAuthority, "WithCAFile"},
		"an expired certificate": {
			serve(&tls.Config{Certificates: []tls.Certificate{expired}}), trusting, securetoken.FaultCertificateExpired, "expired",
		},
		"another name": {
			oneSided, securetoken.WithTLSConfig(&tls.Config{RootCAs: pool, ServerName: "other.example"}),
			securetoken.FaultCertificateName, "ServerName",
		},
		"no client certificate": {mutual, trusting, securetoken.FaultClientCertificate, "WithClientCertificate"},
	} {
		t.Run(name, func(t *testing.T) {
			dials := new(atomic.Int32)
			client := connect(t, relay(t, it.address, dials), it.option)
			err := validate(t, client)
			var unavailable *securetoken.ServiceUnavailableError
			if !errors.As(err, &unavailable) || unavailable.Fault != it.fault || !strings.Contains(err.Error(), it.says) ||
				status.Code(err) != codes.Unavailable {
				t.Errorf("got %v", err)
			}
			if got := dials.Load(); got > 2 {
				t.Errorf("dialled %d times", got)
			}
		})
	}
}

// alerting is a server that answers what is no TLS with an alert, as OpenSSL does.
func alerting(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Write([]byte{0x15, 3, 1, 0, 2, 2, 70}) // fatal, protocol_version
			defer conn.Close()
		}
	}()
	return listener.Addr().String()
}

// TestAServerThatOnlyCloses may be one that starts, so it is tried until the deadline; the error says
// what else it may be.
func TestAServerThatOnlyCloses(t *testing.T) {
	files := newCertificates(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			conn.Read(make([]byte, 4096))
			conn.Close()
		}
	}()
	for option, says := range map[*securetoken.Option]string{
		new(securetoken.WithInsecure()):       "if it speaks TLS",
		new(securetoken.WithCAFile(files.ca)): "if it does not speak TLS",
	} {
		client := connect(t, listener.Addr().String(), *option, securetoken.WithTimeout(300*time.Millisecond))
		err := validate(t, client)
		if status.Code(err) != codes.Unavailable || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v", err)
		}
	}
}

// relay counts the connections to an address.
func relay(t *testing.T, address string, count *atomic.Int32) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			count.Add(1)
			far, err := net.Dial("tcp", address)
			if err != nil {
				near.Close()
				continue
			}
			go func() {
				io.Copy(far, near)
				far.(*net.TCPConn).CloseWrite()
			}()
			go func() {
				io.Copy(near, far)
				near.Close()
				far.Close()
			}()
		}
	}()
	return listener.Addr().String()
}
