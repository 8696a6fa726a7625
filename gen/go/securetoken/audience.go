package securetoken

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
)

// WithAudience gives the same client, over the same connections, for a service that takes no tokens but its
// own: ValidateToken, CheckPermission, CheckPermissions and BatchValidateTokens refuse, as ErrInvalidToken
// with ReasonAudienceMismatch, a token that does not name the audience, compared exactly, and one that names
// none. A guard and a verifier over it require the audience as well. Its other methods look at no audience.
// An audience that is empty, which would require none, makes those calls fail.
func (c *Client) WithAudience(audience string) *Client {
	view := *c
	view.audience = &audience
	return &view
}

// requiredAudience is as it stands in a request: empty for none.
func (c *Client) requiredAudience() (string, error) {
	const field = "audience"
	switch {
	case c.audience == nil:
		return "", nil
	case *c.audience == "":
		return "", refused(field, ReasonAudienceInvalid, field+" must be 1 to 256 characters long")
	case !utf8.ValidString(*c.audience):
		return "", refused(field, ReasonAudienceInvalid, field+" must be well-formed Unicode")
	}
	return *c.audience, nil
}

// requireChecked refuses the answer of a server that is too old to know of audiences, and has passed over the
// question: it must not pass for a yes.
func requireChecked(asked string, answer interface{ GetCheckedAudience() string }) error {
	if answer.GetCheckedAudience() == asked {
		return nil
	}
	return malformed("does not say that the audience was checked")
}

func checkAudienceName(audience string) error {
	if audience == "" {
		return errors.New("the audience is empty")
	}
	return nil
}

// isFor tells whether claims are for an audience; empty requires none.
func (c *Claims) isFor(audience string) bool {
	return audience == "" || c.HasAudience(audience)
}

// audienceMismatch is in the server's words.
func audienceMismatch(audience string) *TokenError {
	return &TokenError{
		Kind: KindInvalidToken, Reason: ReasonAudienceMismatch, Field: "audience",
		Message:  fmt.Sprintf("Token is not for audience '%s'", audience),
		Metadata: map[string]string{"audience": audience}, Code: codes.Unauthenticated,
	}
}
