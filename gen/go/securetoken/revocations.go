package securetoken

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// RevocationOutcome is what became of a target of a revocation.
type RevocationOutcome string

// The outcomes of a revocation.
const (
	// OutcomeRevoked: the target is revoked, now or from an earlier call.
	OutcomeRevoked RevocationOutcome = "REVOKED"
	// OutcomeAlreadyExpired: every token that the target could hit has expired.
	OutcomeAlreadyExpired RevocationOutcome = "ALREADY_EXPIRED"
	// OutcomeNotAuthentic: the token is malformed or not authentic.
	OutcomeNotAuthentic RevocationOutcome = "NOT_AUTHENTIC"
)

// RevocationTarget names one token or several; see TargetToken and the other functions that make one.
type RevocationTarget struct {
	message *securetokenv1.RevocationTarget
}

// TargetToken is a token itself.
func TargetToken(token string) RevocationTarget {
	target := &securetokenv1.RevocationTarget_Token{Token: fitToken(token)}
	return RevocationTarget{&securetokenv1.RevocationTarget{Target: target}}
}

// TargetTokenID is a token by its id. expiresAt is the token's expiry; zero if it is not known.
func TargetTokenID(tokenID string, expiresAt time.Time) RevocationTarget {
	target := &securetokenv1.TokenIdTarget{TokenId: tokenID, ExpiresAt: optionalTime(expiresAt)}
	return RevocationTarget{&securetokenv1.RevocationTarget{
		Target: &securetokenv1.RevocationTarget_TokenId{TokenId: target},
	}}
}

// TargetSession is every token of a session that is issued before the answer. The session is refreshed no
// more.
func TargetSession(sessionID string) RevocationTarget {
	return RevocationTarget{&securetokenv1.RevocationTarget{
		Target: &securetokenv1.RevocationTarget_SessionId{SessionId: sessionID},
	}}
}

// TargetUser is every token of a user's sessions that began at an instant or earlier; zero is the server's
// present.
func TargetUser(userID string, issuedBefore time.Time) RevocationTarget {
	target := &securetokenv1.UserTarget{UserId: userID, IssuedBefore: optionalTime(issuedBefore)}
	return RevocationTarget{&securetokenv1.RevocationTarget{
		Target: &securetokenv1.RevocationTarget_User{User: target},
	}}
}

// TargetEverything is every token of sessions that began at an instant or earlier, whoever's they are.
func TargetEverything(issuedBefore time.Time) RevocationTarget {
	return RevocationTarget{&securetokenv1.RevocationTarget{
		Target: &securetokenv1.RevocationTarget_EverythingIssuedBefore{
			EverythingIssuedBefore: timestamppb.New(issuedBefore),
		},
	}}
}

// RevokeOption says more of a revocation.
type RevokeOption func(*securetokenv1.RevokeTokensRequest)

// RevokeReason is why, for the log and for ListRevocations: at most 128 code points, no control characters.
// Put no token and no secret in it.
func RevokeReason(reason string) RevokeOption {
	return func(request *securetokenv1.RevokeTokensRequest) { request.Reason = reason }
}

// RevokeToken revokes a token. That it is no authentic token, or has expired, is an outcome and no error.
func (c *Client) RevokeToken(ctx context.Context, token string, options ...RevokeOption) (RevocationOutcome, error) {
	return c.revokeOne(ctx, TargetToken(token), options)
}

// RevokeSession revokes every token of a session, to which [Claims].SessionID belongs.
func (c *Client) RevokeSession(ctx context.Context, sessionID string, options ...RevokeOption) (RevocationOutcome, error) {
	return c.revokeOne(ctx, TargetSession(sessionID), options)
}

// RevokeUser revokes every token that a user has at present; see [TargetUser] for another instant.
func (c *Client) RevokeUser(ctx context.Context, userID string, options ...RevokeOption) (RevocationOutcome, error) {
	return c.revokeOne(ctx, TargetUser(userID, time.Time{}), options)
}

func (c *Client) revokeOne(ctx context.Context, target RevocationTarget, options []RevokeOption) (RevocationOutcome, error) {
	outcomes, err := c.RevokeTokens(ctx, []RevocationTarget{target}, options...)
	if err != nil {
		return "", err
	}
	return outcomes[0], nil
}

// RevokeTokens revokes up to 1,000 targets, and gives the outcome of each, in order. It returns once they
// are durable and in force on that server. Revoking again does no harm, so the call is tried again as
// those that change nothing are.
func (c *Client) RevokeTokens(
	ctx context.Context, targets []RevocationTarget, options ...RevokeOption,
) ([]RevocationOutcome, error) {
	request := &securetokenv1.RevokeTokensRequest{}
	for i, target := range targets {
		if err := checkTarget(i, target.message); err != nil {
			return nil, err
		}
		request.Targets = append(request.Targets, target.message)
	}
	for _, option := range options {
		option(request)
	}
	if !utf8.ValidString(request.GetReason()) {
		return nil, refused("reason", ReasonRevocationInvalid, "reason must be well-formed Unicode")
	}
	response, err := c.raw.RevokeTokens(ctx, request)
	if err != nil {
		return nil, FromError(err)
	}
	if err := sameCount(len(response.GetResults()), len(targets)); err != nil {
		return nil, err
	}
	outcomes := make([]RevocationOutcome, len(targets))
	for i, result := range response.GetResults() {
		outcomes[i] = RevocationOutcome(strings.TrimPrefix(result.GetOutcome().String(), "REVOCATION_OUTCOME_"))
		switch outcomes[i] {
		case OutcomeRevoked, OutcomeAlreadyExpired, OutcomeNotAuthentic:
		default:
			return nil, malformed("holds an outcome that this client does not know")
		}
	}
	return outcomes, nil
}

// checkTarget refuses what no message can carry.
func checkTarget(i int, target *securetokenv1.RevocationTarget) error {
	for field, text := range map[string]string{
		"token_id.token_id": target.GetTokenId().GetTokenId(),
		"session_id":        target.GetSessionId(),
		"user.user_id":      target.GetUser().GetUserId(),
	} {
		if !utf8.ValidString(text) {
			field = fmt.Sprintf("targets[%d].%s", i, field)
			return refused(field, ReasonRevocationInvalid, field+" must be well-formed Unicode")
		}
	}
	if target == nil {
		field := fmt.Sprintf("targets[%d]", i)
		return refused(field, ReasonRevocationInvalid, field+" must name what is revoked")
	}
	return nil
}

func optionalTime(instant time.Time) *timestamppb.Timestamp {
	if instant.IsZero() {
		return nil
	}
	return timestamppb.New(instant)
}
