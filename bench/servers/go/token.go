package main

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/fernet/fernet-go"
)

// How the payload spells times: UTC without a zone, to the microsecond. A fraction is read unasked.
const (
	layoutWritten = "2006-01-02T15:04:05.000000"
	layoutRead    = "2006-01-02T15:04:05"
)

var errInvalid = errors.New("invalid token")

// claims is a token's payload; its times are read beside it.
type claims struct {
	TokenID        string         `json:"token_id"`
	UserID         string         `json:"user_id"`
	Permissions    []string       `json:"permissions"`
	IssuedAt       string         `json:"issued_at"`
	ExpiresAt      string         `json:"expires_at"`
	AdditionalData map[string]any `json:"additional_data"`
	Version        string         `json:"version"`

	issuedAt, expiresAt time.Time
}

type sealed struct{ text, tokenID string }

// openToken reads a token: base64url over a Fernet token, which fernet-go decodes, checks and decrypts.
func openToken(keys []*fernet.Key, text string) (*claims, error) {
	inner, err := base64.URLEncoding.DecodeString(text)
	if err != nil {
		return nil, err
	}
	payload := fernet.VerifyAndDecrypt(inner, 0, keys)
	if payload == nil {
		return nil, errInvalid
	}
	var found claims
	if err := json.Unmarshal(payload, &found); err != nil {
		return nil, err
	}
	if found.issuedAt, err = time.Parse(layoutRead, found.IssuedAt); err != nil {
		return nil, err
	}
	if found.expiresAt, err = time.Parse(layoutRead, found.ExpiresAt); err != nil {
		return nil, err
	}
	return &found, nil
}

// sealToken makes a token, and its id.
func sealToken(key *fernet.Key, made *claims) (*sealed, error) {
	var id [24]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	made.TokenID = base64.RawURLEncoding.EncodeToString(id[:])
	made.Version = "1.0"
	made.IssuedAt = made.issuedAt.Format(layoutWritten)
	made.ExpiresAt = made.expiresAt.Format(layoutWritten)
	payload, err := json.Marshal(made)
	if err != nil {
		return nil, err
	}
	inner, err := fernet.EncryptAndSign(payload, key)
	if err != nil {
		return nil, err
	}
	return &sealed{text: base64.URLEncoding.EncodeToString(inner), tokenID: made.TokenID}, nil
}
