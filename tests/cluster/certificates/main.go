// Certificates writes what a throw-away control plane on loopback needs to know its own:
// a CA, a serving certificate, one client certificate per user and the key ServiceAccount tokens are signed with.
//
//	certificates DIR NAME=COMMON-NAME[/GROUP] ...
//
// It exists so that the tests need Go and nothing else; tests/cluster/control_plane.py runs it.
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const lifetime = 30 * 24 * time.Hour

var directory string

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: certificates DIR NAME=COMMON-NAME[/GROUP] ...")
	}
	directory = os.Args[1]
	ca := template("steadyhand-test-ca", "")
	ca.IsCA, ca.BasicConstraintsValid, ca.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	caKey := newKey("ca")
	ca = sign("ca", ca, ca, caKey.Public(), caKey)

	server := template("kube-apiserver", "")
	server.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	server.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"}
	sign("apiserver", server, ca, newKey("apiserver").Public(), caKey)

	for _, user := range os.Args[2:] {
		name, subject, _ := strings.Cut(user, "=")
		common, group, _ := strings.Cut(subject, "/")
		sign(name, template(common, group), ca, newKey(name).Public(), caKey)
	}
	tokens := newKey("sa")
	public, err := x509.MarshalPKIXPublicKey(tokens.Public())
	check(err)
	write("sa.pub", "PUBLIC KEY", public)
}

func template(common, group string) *x509.Certificate {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	check(err)
	subject := pkix.Name{CommonName: common}
	if group != "" {
		subject.Organization = []string{group}
	}
	return &x509.Certificate{
		SerialNumber: serial,
		Subject:      subject,
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(lifetime),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
}

func sign(name string, certificate, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, certificate, parent, public, key)
	check(err)
	write(name+".crt", "CERTIFICATE", der)
	signed, err := x509.ParseCertificate(der)
	check(err)
	return signed
}

func newKey(name string) *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	der, err := x509.MarshalECPrivateKey(key)
	check(err)
	write(name+".key", "EC PRIVATE KEY", der)
	return key
}

func write(name, kind string, der []byte) {
	block := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	check(os.WriteFile(filepath.Join(directory, name), block, 0o600))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
