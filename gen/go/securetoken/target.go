package securetoken

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// target is where the token service is.
type target struct {
	// grpc is what gRPC dials.
	grpc string
	// scheme is "http", "https", or "" where the address leaves it open.
	scheme string
	// isLocal is true where no byte leaves this machine.
	isLocal bool
}

// parseTarget reads host:port, http://host[:port], https://host[:port], or a target of gRPC's own with a
// scheme (dns:///, unix:///). No error quotes user information.
func parseTarget(address string) (target, error) {
	scheme, rest, hasScheme := strings.Cut(address, "://")
	switch {
	case address == "":
		return target{}, errors.New("the address is empty: write host:port, such as tokens.example.com:443")
	case !hasScheme && (strings.HasPrefix(address, "unix:") || strings.HasPrefix(address, "unix-abstract:")):
		return target{grpc: address, isLocal: true}, nil
	case !hasScheme:
		host, err := splitAddress(address)
		return target{grpc: "dns:///" + address, isLocal: isLoopback(host)}, err
	case strings.EqualFold(scheme, "http"), strings.EqualFold(scheme, "https"):
		return parseURL(address)
	case strings.EqualFold(scheme, "unix"), strings.EqualFold(scheme, "unix-abstract"):
		return target{grpc: address, isLocal: true}, nil
	default:
		return target{grpc: address, isLocal: isLocalName(scheme, rest)}, nil
	}
}

// isLocalName tells of a target of gRPC's own, scheme://rest, whether it names this machine. Any other
// resolver than dns, and a name server of the target's own, may take localhost for another machine.
func isLocalName(scheme, rest string) bool {
	name, found := strings.CutPrefix(rest, "/")
	host, _, err := net.SplitHostPort(name)
	return strings.EqualFold(scheme, "dns") && found && err == nil && isLoopback(host)
}

func parseURL(address string) (target, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return target{}, errors.New("the address is no URL: write host:port, http://host:port or https://host:port")
	}
	if parsed.User != nil || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.Path != "" && parsed.Path != "/" {
		return target{}, errors.New("the address must be a scheme, a host and a port, without path, query or user")
	}
	scheme, host, port := strings.ToLower(parsed.Scheme), parsed.Hostname(), parsed.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	joined := net.JoinHostPort(host, port)
	if _, err := splitAddress(joined); err != nil {
		return target{}, err
	}
	return target{grpc: "dns:///" + joined, scheme: scheme, isLocal: isLoopback(host)}, nil
}

// splitAddress gives the host of host:port.
func splitAddress(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fmt.Errorf("the address %q must be host:port, such as tokens.example.com:443", address)
	}
	if number, err := strconv.ParseUint(port, 10, 16); err != nil || number == 0 || host == "" ||
		strings.ContainsAny(host, " /@?#") {
		return "", fmt.Errorf("the address %q must be host:port with a port from 1 to 65535", address)
	}
	return host, nil
}

func isLoopback(host string) bool {
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if strings.ContainsAny(name, "/?#%@") {
		return false
	}
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && address.Unmap().IsLoopback()
}
