package securetoken

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
)

const defaultTimeout = 5 * time.Second

// Option sets up a [Client].
type Option func(*config) error

type config struct {
	tls      *tls.Config
	insecure bool
	apiKey   string
	timeout  time.Duration
	dial     []grpc.DialOption
}

// WithInsecure speaks plaintext, for a server on this machine or behind a proxy that encrypts. An API
// key travels readable then. Without it the connection uses TLS.
func WithInsecure() Option {
	return func(c *config) error {
		c.insecure = true
		return nil
	}
}

// WithTLSConfig uses a copy of the configuration, to which WithCAFile and WithClientCertificate, given
// after it, add.
func WithTLSConfig(tlsConfig *tls.Config) Option {
	return func(c *config) error {
		if tlsConfig == nil {
			return errors.New("the TLS configuration is nil")
		}
		c.tls = tlsConfig.Clone()
		return nil
	}
}

// WithCAFile trusts the authorities in a PEM file, and no others.
func WithCAFile(file string) Option {
	return func(c *config) error {
		pem, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading the authorities: %w", err)
		}
		authorities := x509.NewCertPool()
		if !authorities.AppendCertsFromPEM(pem) {
			return fmt.Errorf("%s holds no certificate in PEM", file)
		}
		c.tlsConfig().RootCAs = authorities
		return nil
	}
}

// WithClientCertificate presents a certificate of the client's own (mTLS), from two PEM files. They are
// read anew for each connection, so that a renewed certificate needs no restart.
func WithClientCertificate(certFile, keyFile string) Option {
	return func(c *config) error {
		if _, err := tls.LoadX509KeyPair(certFile, keyFile); err != nil {
			return fmt.Errorf("reading the client certificate: %w", err)
		}
		c.tlsConfig().GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			certificate, err := tls.LoadX509KeyPair(certFile, keyFile)
			return &certificate, err
		}
		return nil
	}
}

// WithAPIKey sends "authorization: Bearer <key>" with every call whose context carries no other
// outgoing authorization.
func WithAPIKey(key string) Option {
	return func(c *config) error {
		if key == "" {
			return errors.New("the API key is empty")
		}
		for _, char := range []byte(key) {
			if char < '!' || char > '~' {
				return errors.New("the API key must consist of visible ASCII characters")
			}
		}
		c.apiKey = key
		return nil
	}
}

// WithTimeout is how long a call may take, retries included, whose context has no deadline. The default
// is 5 seconds; a server allows 60 at most.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout <= 0 {
			return errors.New("the timeout must be above zero")
		}
		c.timeout = timeout
		return nil
	}
}

// WithDialOptions adds options of gRPC's own, laid over those of this package.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(c *config) error {
		c.dial = append(c.dial, options...)
		return nil
	}
}

func newConfig(options []Option) (*config, error) {
	c := &config{timeout: defaultTimeout}
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, err
		}
	}
	if c.insecure && c.tls != nil {
		return nil, errors.New("WithInsecure and TLS settings exclude each other")
	}
	return c, nil
}

func (c *config) tlsConfig() *tls.Config {
	if c.tls == nil {
		c.tls = &tls.Config{}
	}
	return c.tls
}

func (c *config) credentials() credentials.TransportCredentials {
	if c.insecure {
		return insecure.NewCredentials()
	}
	return credentials.NewTLS(c.tlsConfig())
}
