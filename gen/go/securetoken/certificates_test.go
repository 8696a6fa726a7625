package securetoken_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// certificates are PEM files of one authority, and of a server and a client that it vouches for.
type certificates struct {
	ca, server, serverKey, client, clientKey, expired, expiredKey string
	authority                                                     *x509.Certificate
}

func newCertificates(t *testing.T) certificates {
	t.Helper()
	folder := t.TempDir()
	write := func(name, kind string, der []byte) string {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	newKey := func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	newCertificate := func(
		serial int64, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey, end time.Duration,
	) *x509.Certificate {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(serial),
			NotBefore:    time.Now().Add(-time.Hour),
			NotAfter:     time.Now().Add(end),
			IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
			ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}
		if parent == nil {
			template.IsCA, template.BasicConstraintsValid, parent = true, true, template
		}
		der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			t.Fatal(err)
		}
		return certificate
	}
	caKey := newKey()
	authority := newCertificate(1, nil, caKey, caKey, time.Hour)
	newPair := func(serial int64, name string, end time.Duration) (string, string) {
		key := newKey()
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		certificate := newCertificate(serial, authority, key, caKey, end)
		return write(name+".pem", "CERTIFICATE", certificate.Raw), write(name+"-key.pem", "PRIVATE KEY", der)
	}
	files := certificates{ca: write("ca.pem", "CERTIFICATE", authority.Raw), authority: authority}
	files.server, files.serverKey = newPair(2, "server", time.Hour)
	files.client, files.clientKey = newPair(3, "client", time.Hour)
	files.expired, files.expiredKey = newPair(4, "expired", -time.Minute)
	return files
}
