package securetoken

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
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
	keys     keySource
	timeout  time.Duration
	isLocal  bool
	onCall   func(EndedCall) // nil: nobody is told
	dial     []grpc.DialOption
}

// WithInsecure speaks plaintext, for a server on this machine or behind a proxy that encrypts. An API
// key travels readable then. Without it the connection uses TLS, unless the address begins with
// http://; an API key to such an address beyond loopback needs this option.
func WithInsecure() Option {
	return func(c *config) error {
		c.insecure = true
		return nil
	}
}

// WithTLSConfig uses a copy of the configuration, to which WithCAFile and WithClientCertificate, given
// after it, add. A pool of RootCAs without a certificate is refused: it trusts nobody.
func WithTLSConfig(tlsConfig *tls.Config) Option {
	return func(c *config) error {
		if tlsConfig == nil {
			return errors.New("the TLS configuration is nil")
		}
		roots := tlsConfig.RootCAs
		if roots != nil && !tlsConfig.InsecureSkipVerify && roots.Equal(x509.NewCertPool()) {
			return errors.New("RootCAs of the TLS configuration holds no certificate, so that no server is trusted")
		}
		c.tls = tlsConfig.Clone()
		return nil
	}
}

// WithCAFile trusts the authorities in a PEM file, and no others: a regular file of 1 MiB at most.
func WithCAFile(file string) Option {
	return func(c *config) error {
		pem, err := readRegularFile(file, maxPEMBytes)
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

// WithClientCertificate presents a certificate of the client's own (mTLS), from two PEM files: regular
// files of 1 MiB at most. They are read anew for each connection, so that a renewed certificate needs no
// restart.
func WithClientCertificate(certFile, keyFile string) Option {
	return func(c *config) error {
		if _, err := loadKeyPair(certFile, keyFile); err != nil {
			return fmt.Errorf("reading the client certificate: %w", err)
		}
		c.tlsConfig().GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return loadKeyPair(certFile, keyFile)
		}
		return nil
	}
}

func loadKeyPair(certFile, keyFile string) (*tls.Certificate, error) {
	certificate, err := readRegularFile(certFile, maxPEMBytes)
	if err != nil {
		return nil, err
	}
	key, err := readRegularFile(keyFile, maxPEMBytes)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(certificate, key)
	return &pair, err
}

// WithAPIKey sends "authorization: Bearer <key>" with every call, whatever the outgoing context says;
// see [ContextWithCredential].
func WithAPIKey(key string) Option {
	return func(c *config) error {
		if err := checkKey(key); err != nil {
			return err
		}
		return c.setKeys(fixedKey(key))
	}
}

// WithAPIKeyFile sends the key that a file holds, without white space around it: a regular file of 4,098
// bytes at most. The file is read again once a second while calls are made, and when the server refuses
// the key; a file that cannot be read then leaves the key as it is.
func WithAPIKeyFile(path string) Option {
	return func(c *config) error {
		file, err := openKeyFile(path)
		if err != nil {
			return err
		}
		return c.setKeys(file)
	}
}

// WithAPIKeyFunc asks for the key before every attempt of a call: the function must be quick and safe
// for concurrent use. A call for which it gives an error or no key is not made.
func WithAPIKeyFunc(key func(context.Context) (string, error)) Option {
	return func(c *config) error {
		if key == nil {
			return errors.New("the API key's function is nil")
		}
		return c.setKeys(keyFunc(key))
	}
}

func (c *config) setKeys(keys keySource) error {
	if c.keys != nil {
		return errors.New("the API key is given twice")
	}
	c.keys = keys
	return nil
}

// WithTimeout is how long a call may take, further tries included, whose context has no deadline: above
// zero, 60 seconds at most, as the server takes no more. The default is 5 seconds. The deadline of a
// context is capped to the same 60 seconds. It also bounds a [Guard]'s check, whatever the deadline of
// the request.
func WithTimeout(timeout time.Duration) Option {
	return func(c *config) error {
		if timeout <= 0 || timeout > maxTimeout {
			return fmt.Errorf("the timeout must be above zero and at most 60 seconds, not %v", timeout)
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

// newConfig applies the options for an address, which may say whether to use TLS.
func newConfig(to target, options []Option) (*config, error) {
	c := &config{timeout: defaultTimeout, isLocal: to.isLocal}
	for _, option := range options {
		if err := option(c); err != nil {
			return nil, err
		}
	}
	switch {
	case c.insecure && c.tls != nil:
		return nil, errors.New("WithInsecure and TLS settings exclude each other")
	case c.insecure && to.scheme == "https":
		return nil, errors.New("WithInsecure and an https:// address exclude each other")
	case c.tls != nil && to.scheme == "http":
		return nil, errors.New("TLS settings and an http:// address exclude each other")
	case to.scheme == "http" && c.keys != nil && !c.insecure && !to.isLocal:
		return nil, errors.New(
			"the API key would travel in the clear: use https://, or WithInsecure where the network is trusted")
	}
	c.insecure = c.insecure || to.scheme == "http"
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
		return plaintextCredentials{insecure.NewCredentials()}
	}
	return tlsCredentials{credentials.NewTLS(c.tlsConfig())}
}
