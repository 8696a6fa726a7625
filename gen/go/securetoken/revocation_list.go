package securetoken

import (
	"context"
	"time"
	"unicode/utf8"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// RevocationFilter says which revocations [Client.ListRevocations] gives. The zero value is the first page
// of all.
type RevocationFilter struct {
	// UserID is for the cut-offs of one user.
	UserID string
	// TokenID is for the entry of one token.
	TokenID string
	// PageSize is how many entries at most: 0 to 1,000; zero is 100.
	PageSize int
	// PageToken is the NextPageToken of an earlier page with the same filter.
	PageToken string
}

// Revocation is one entry of what is revoked. Exactly one of TokenID, SessionID, UserIDSHA256 and
// Everything is set.
type Revocation struct {
	// TokenID is the revoked token.
	TokenID string `json:"tokenId,omitempty"`
	// SessionID is the session whose tokens are revoked.
	SessionID string `json:"sessionId,omitempty"`
	// UserIDSHA256 is the SHA-256 of the user_id whose tokens are revoked up to IssuedBefore.
	UserIDSHA256 []byte `json:"userIdSha256,omitempty"`
	// Everything says that every token up to IssuedBefore is revoked.
	Everything bool `json:"everything,omitempty"`
	// IssuedBefore is the cut-off of a user, or of everything.
	IssuedBefore time.Time `json:"issuedBefore,omitzero"`
	// ExpiresAt is the last instant at which a token that the entry hits could be valid.
	ExpiresAt time.Time `json:"expiresAt"`
	// RevokedAt is when it was revoked.
	RevokedAt time.Time `json:"revokedAt"`
	// Reason is what was given as [RevokeReason].
	Reason string `json:"reason,omitempty"`
}

// RevocationPage is a page of revocations, the newest first.
type RevocationPage struct {
	// Revocations is the page's entries.
	Revocations []Revocation `json:"revocations"`
	// NextPageToken is for the next page; empty on the last.
	NextPageToken string `json:"nextPageToken"`
}

// ListRevocations lists the revocations in force, newest first.
func (c *Client) ListRevocations(ctx context.Context, filter RevocationFilter) (*RevocationPage, error) {
	for field, text := range map[string]string{
		"user_id": filter.UserID, "token_id": filter.TokenID, "page_token": filter.PageToken,
	} {
		if !utf8.ValidString(text) {
			return nil, refused(field, ReasonRevocationInvalid, field+" must be well-formed Unicode")
		}
	}
	response, err := c.raw.ListRevocations(ctx, &securetokenv1.ListRevocationsRequest{
		UserId:    filter.UserID,
		TokenId:   filter.TokenID,
		PageSize:  int32(min(max(filter.PageSize, -1), 1<<30)),
		PageToken: filter.PageToken,
	})
	if err != nil {
		return nil, FromError(err)
	}
	page := &RevocationPage{
		Revocations:   make([]Revocation, len(response.GetRevocations())),
		NextPageToken: response.GetNextPageToken(),
	}
	for i, entry := range response.GetRevocations() {
		if page.Revocations[i], err = toRevocation(entry); err != nil {
			return nil, err
		}
	}
	return page, nil
}

func toRevocation(message *securetokenv1.Revocation) (Revocation, error) {
	entry := Revocation{
		TokenID:      message.GetTokenId(),
		SessionID:    message.GetSessionId(),
		UserIDSHA256: message.GetUserIdSha256(),
		Everything:   message.GetEverything(),
		Reason:       message.GetReason(),
	}
	entry.IssuedBefore, _ = toTime(message.GetIssuedBefore())
	var err error
	if entry.ExpiresAt, err = requiredTime(message.GetExpiresAt(), "expires_at"); err != nil {
		return Revocation{}, err
	}
	if entry.RevokedAt, err = requiredTime(message.GetRevokedAt(), "revoked_at"); err != nil {
		return Revocation{}, err
	}
	if message.GetTarget() == nil {
		return Revocation{}, malformed("holds a revocation without a target that this client knows")
	}
	return entry, nil
}
