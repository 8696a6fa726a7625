package securetoken

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

// ConnectionFault is why no connection can be made, where trying again cannot help.
type ConnectionFault string

// The faults of a connection.
const (
	// FaultUnknown: the server cannot be reached at present. The call was tried until its deadline.
	FaultUnknown ConnectionFault = ""
	// FaultPlaintextToTLS: the server speaks TLS, and this client does not.
	FaultPlaintextToTLS ConnectionFault = "PLAINTEXT_TO_TLS"
	// FaultTLSToPlaintext: this client speaks TLS, and the server does not.
	FaultTLSToPlaintext ConnectionFault = "TLS_TO_PLAINTEXT"
	// FaultNotHTTP2: the server speaks something else than HTTP/2.
	FaultNotHTTP2 ConnectionFault = "NOT_HTTP2"
	// FaultUnknownAuthority: nobody whom this client trusts has signed the server's certificate.
	FaultUnknownAuthority ConnectionFault = "UNKNOWN_AUTHORITY"
	// FaultCertificateExpired: the server's certificate has ended, or does not hold yet.
	FaultCertificateExpired ConnectionFault = "CERTIFICATE_EXPIRED"
	// FaultCertificateName: the server's certificate is for other names.
	FaultCertificateName ConnectionFault = "CERTIFICATE_NAME"
	// FaultCertificate: the server's certificate is bad in another way.
	FaultCertificate ConnectionFault = "CERTIFICATE"
	// FaultClientCertificate: the server wants a certificate of this client, or refuses the one it has.
	FaultClientCertificate ConnectionFault = "CLIENT_CERTIFICATE"
)

// advice says what to do about each fault.
var advice = map[ConnectionFault]string{
	FaultPlaintextToTLS:     "it speaks TLS: leave out WithInsecure, and write https:// or host:port",
	FaultTLSToPlaintext:     "it does not speak TLS: use WithInsecure or http:// where the network is trusted",
	FaultNotHTTP2:           "what answers there does not speak HTTP/2: check the address and the proxies before it",
	FaultUnknownAuthority:   "nobody trusted has signed its certificate: name its authority with WithCAFile",
	FaultCertificateExpired: "its certificate has expired or is not valid yet: renew it, or check this machine's clock",
	FaultCertificateName:    "its certificate is for other names: call it by one of them, or set ServerName with WithTLSConfig",
	FaultCertificate:        "its certificate cannot be verified",
	FaultClientCertificate:  "it wants a certificate of this client: WithClientCertificate, from an authority that it trusts",
}

const (
	faultDomain       = "securetoken.dev/go"
	faultReasonPrefix = "CONNECTION_FAULT_"
)

var (
	errPlaintextToTLS  = errors.New("the server answers with a TLS record")
	errNotHTTP2        = errors.New("the server answers with something else than HTTP/2")
	errClosedPlaintext = errors.New(
		"the server closed the connection before its first byte; if it speaks TLS, leave out WithInsecure and http://")
	errClosedTLS = errors.New(
		"the server closed the connection during the TLS handshake; if it does not speak TLS, use WithInsecure or http://")
	errConnectTimeout = errors.New("the server accepts connections or packets and does not answer")
)

// faultOf finds the fault behind an attempt to connect; FaultUnknown is one that may pass.
func faultOf(err error) ConnectionFault {
	var (
		record    tls.RecordHeaderError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		verify    *tls.CertificateVerificationError
		alert     tls.AlertError
	)
	switch {
	case errors.Is(err, errPlaintextToTLS):
		return FaultPlaintextToTLS
	case errors.Is(err, errNotHTTP2), err != nil && strings.Contains(err.Error(), "missing selected ALPN property"):
		return FaultNotHTTP2
	case errors.As(err, &record):
		return FaultTLSToPlaintext
	case errors.As(err, &authority):
		return FaultUnknownAuthority
	case errors.As(err, &hostname):
		return FaultCertificateName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return FaultCertificateExpired
	case errors.As(err, &invalid), errors.As(err, &verify):
		return FaultCertificate
	case errors.As(err, &alert) && isClientCertificateAlert(alert), isClientCertificateText(err):
		return FaultClientCertificate
	default:
		return FaultUnknown
	}
}

// isClientCertificateAlert is for the alerts of RFC 8446, section 6.2, about the client's certificate.
func isClientCertificateAlert(alert tls.AlertError) bool {
	switch uint8(alert) {
	case 42, 43, 44, 45, 46, 48, 116: // bad, unsupported, revoked, expired, unknown, unknown CA, required
		return true
	default:
		return false
	}
}

// isClientCertificateText finds an alert that crypto/tls gives as text alone: one that comes after the
// handshake, as in TLS 1.3, where the server looks at the client's certificate last.
func isClientCertificateText(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "remote error: tls: certificate required") ||
		strings.Contains(text, "remote error: tls: bad certificate") ||
		strings.Contains(text, "remote error: tls: unknown certificate authority")
}

// connectionError is what a call gets when no address could be connected. Where all have a fault that
// trying again does not mend, it is a status, at which gRPC ends calls at once.
func connectionError(failures []error, resolverErr error) error {
	if len(failures) == 0 {
		if resolverErr == nil {
			resolverErr = errors.New("the name has no address")
		}
		return fmt.Errorf("the name cannot be resolved: %w", resolverErr)
	}
	last := failures[len(failures)-1]
	fault := faultOf(last)
	for _, failure := range failures {
		if faultOf(failure) == FaultUnknown {
			if isTimeout(failure) {
				return fmt.Errorf("%w: %w", errConnectTimeout, failure)
			}
			return failure
		}
	}
	st, err := status.New(codes.Unavailable, last.Error()).WithDetails(
		&errdetails.ErrorInfo{Domain: faultDomain, Reason: faultReasonPrefix + string(fault)})
	if err != nil {
		return last
	}
	return st.Err()
}

// isTimeout includes what gRPC says when it closes a connection whose time to be made is up.
func isTimeout(err error) bool {
	var network net.Error
	return errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) ||
		errors.As(err, &network) && network.Timeout()
}

// faultIn reads what connectionError has put into a status.
func faultIn(st *status.Status) ConnectionFault {
	for _, detail := range st.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == faultDomain {
			return ConnectionFault(strings.TrimPrefix(info.GetReason(), faultReasonPrefix))
		}
	}
	return FaultUnknown
}

// plaintextCredentials are gRPC's insecure ones, which look at the server's first byte: what TLS or
// HTTP/1.1 answers is otherwise a frame that is too large.
type plaintextCredentials struct {
	credentials.TransportCredentials
}

func (c plaintextCredentials) ClientHandshake(
	ctx context.Context, authority string, raw net.Conn,
) (net.Conn, credentials.AuthInfo, error) {
	return c.TransportCredentials.ClientHandshake(ctx, authority, &firstByteConn{Conn: raw})
}

func (c plaintextCredentials) Clone() credentials.TransportCredentials {
	return plaintextCredentials{c.TransportCredentials.Clone()}
}

// tlsCredentials are gRPC's own, which say more of a server that closes the connection during the
// handshake.
type tlsCredentials struct {
	credentials.TransportCredentials
}

func (c tlsCredentials) ClientHandshake(
	ctx context.Context, authority string, raw net.Conn,
) (net.Conn, credentials.AuthInfo, error) {
	conn, info, err := c.TransportCredentials.ClientHandshake(ctx, authority, raw)
	if isClosed(err) {
		err = fmt.Errorf("%w: %w", errClosedTLS, err)
	}
	return conn, info, err
}

func (c tlsCredentials) Clone() credentials.TransportCredentials {
	return tlsCredentials{c.TransportCredentials.Clone()}
}

func isClosed(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
}

type firstByteConn struct {
	net.Conn
	known bool
}

func (c *firstByteConn) Read(into []byte) (int, error) {
	n, err := c.Conn.Read(into)
	if !c.known && n == 0 && isClosed(err) {
		return 0, errClosedPlaintext
	}
	if c.known || n == 0 {
		return n, err
	}
	c.known = true
	switch into[0] {
	case 0x15, 0x16: // an alert or a handshake of TLS (RFC 8446, section 5.1)
		return 0, errPlaintextToTLS
	case 'H': // "HTTP/1.1 400": no SETTINGS frame is that long (RFC 9113, section 6.5)
		return 0, errNotHTTP2
	default:
		return n, err
	}
}
