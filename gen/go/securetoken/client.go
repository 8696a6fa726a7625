package securetoken

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// Client calls a token service. It is safe for concurrent use, and one is enough for a program: its
// connections are shared by all calls.
//
// What is wrong with a token or a request is a [*TokenError]. Any other error is a [*CallError] or wraps
// one, and says nothing about a token. A call that does not reach the server, or finds it unavailable, is
// tried again until its deadline; RefreshToken only where the server cannot have served it.
type Client struct {
	conn    *grpc.ClientConn
	raw     securetokenv1.TokenServiceClient
	timeout time.Duration

	audience *string // of a view; see WithAudience
}

// New makes a client of the service at host:port, http://host[:port] or https://host[:port]; a target of
// gRPC's with a scheme, "dns:///tokens:8080" or "unix:///run/tokens.sock", does as well. It connects with
// the first call, see [Client.Ready], with TLS and the system's authorities unless the address or an
// option says otherwise.
func New(address string, options ...Option) (*Client, error) {
	to, err := parseTarget(address)
	if err != nil {
		return nil, fmt.Errorf("securetoken: %w", err)
	}
	c, err := newConfig(to, options)
	if err != nil {
		return nil, fmt.Errorf("securetoken: %w", err)
	}
	conn, err := grpc.NewClient(to.grpc, c.dialOptions()...)
	if err != nil {
		return nil, fmt.Errorf("securetoken: %w", err)
	}
	return &Client{conn: conn, raw: securetokenv1.NewTokenServiceClient(conn), timeout: c.timeout}, nil
}

// Raw is the generated client over the same connections, with the same deadline, API key and further
// tries. Its errors are gRPC's; see [FromError]. Its messages print with the token in them: keep them out of logs.
func (c *Client) Raw() securetokenv1.TokenServiceClient {
	return c.raw
}

// Close ends the connections, and calls under way with them. The client is of no use afterwards.
func (c *Client) Close() error {
	return c.conn.Close()
}

// GenerateToken issues a token for a user: 1 to 256 code points, no control characters. A rule that an
// input breaks is an error with the input's name as its Field.
func (c *Client) GenerateToken(ctx context.Context, userID string, options ...GenerateOption) (*IssuedToken, error) {
	request, err := toGenerateRequest(userID, options)
	if err != nil {
		return nil, err
	}
	response, err := c.raw.GenerateToken(ctx, request)
	if err != nil {
		return nil, FromError(err)
	}
	return toIssuedToken(response)
}

// ValidateToken gives a valid token's claims, and else ErrTokenExpired or ErrInvalidToken.
func (c *Client) ValidateToken(ctx context.Context, token string) (*ValidToken, error) {
	audience, err := c.requiredAudience()
	if err != nil {
		return nil, err
	}
	response, err := c.raw.ValidateToken(ctx, &securetokenv1.ValidateTokenRequest{
		Token:    fitToken(token),
		Audience: audience,
	})
	if err != nil {
		return nil, FromError(err)
	}
	if err := requireChecked(audience, response); err != nil {
		return nil, err
	}
	return toValidToken(response)
}

// CheckPermission is nil when the token is valid and holds the permission, compared exactly. It is
// ErrPermissionDenied when the permission is missing, else as ValidateToken.
func (c *Client) CheckPermission(ctx context.Context, token, requiredPermission string) error {
	if err := checkRequiredPermission(requiredPermission, "required_permission"); err != nil {
		return err
	}
	audience, err := c.requiredAudience()
	if err != nil {
		return err
	}
	response, err := c.raw.CheckPermission(ctx, &securetokenv1.CheckPermissionRequest{
		Token:              fitToken(token),
		RequiredPermission: requiredPermission,
		Audience:           audience,
	})
	if err != nil {
		return FromError(err)
	}
	if !response.GetGranted() {
		return malformed("lacks granted")
	}
	return requireChecked(audience, response)
}

// CheckPermissions tells for each of at most 256 permissions, in order, whether the token holds it. A
// missing permission is an answer here, not an error.
func (c *Client) CheckPermissions(ctx context.Context, token string, permissions ...string) ([]PermissionResult, error) {
	for i, permission := range permissions {
		if err := checkRequiredPermission(permission, fmt.Sprintf("permissions[%d]", i)); err != nil {
			return nil, err
		}
	}
	audience, err := c.requiredAudience()
	if err != nil {
		return nil, err
	}
	response, err := c.raw.CheckPermissions(ctx, &securetokenv1.CheckPermissionsRequest{
		Token:       fitToken(token),
		Permissions: permissions,
		Audience:    audience,
	})
	if err != nil {
		return nil, FromError(err)
	}
	if err := requireChecked(audience, response); err != nil {
		return nil, err
	}
	return toPermissionResults(response, len(permissions))
}

// BatchValidateTokens validates up to 1,000 tokens, of 1 MiB in all: 127 of the longest. What is wrong with
// one of them is the error of its own result, in the order of the tokens.
func (c *Client) BatchValidateTokens(ctx context.Context, tokens ...string) ([]BatchResult, error) {
	audience, err := c.requiredAudience()
	if err != nil {
		return nil, err
	}
	request := &securetokenv1.BatchValidateTokensRequest{Tokens: make([]string, len(tokens)), Audience: audience}
	for i, token := range tokens {
		request.Tokens[i] = fitToken(token)
	}
	response, err := c.raw.BatchValidateTokens(ctx, request)
	if err != nil {
		return nil, FromError(err)
	}
	return toBatchResults(response, len(tokens), audience)
}

// RefreshToken issues a new token with the user, permissions, additional data, audiences and session of
// a valid one, which stays valid unless RevokeOld is given.
func (c *Client) RefreshToken(ctx context.Context, token string, options ...RefreshOption) (*IssuedToken, error) {
	response, err := c.raw.RefreshToken(ctx, toRefreshRequest(token, options))
	if err != nil {
		return nil, FromError(err)
	}
	return toIssuedToken(response)
}

// GetTokenInfo gives all that is known of a valid token. Its errors are those of ValidateToken.
func (c *Client) GetTokenInfo(ctx context.Context, token string) (*TokenInfo, error) {
	response, err := c.raw.GetTokenInfo(ctx, &securetokenv1.GetTokenInfoRequest{Token: fitToken(token)})
	if err != nil {
		return nil, FromError(err)
	}
	return toTokenInfo(response)
}

// IntrospectToken tells a token's state. No token makes it fail.
func (c *Client) IntrospectToken(ctx context.Context, token string) (*Introspection, error) {
	response, err := c.raw.IntrospectToken(ctx, &securetokenv1.IntrospectTokenRequest{Token: fitToken(token)})
	if err != nil {
		return nil, FromError(err)
	}
	return toIntrospection(response)
}

// ExportConfig tells how the server makes tokens. It holds no key.
func (c *Client) ExportConfig(ctx context.Context) (*ServerConfig, error) {
	response, err := c.raw.ExportConfig(ctx, &securetokenv1.ExportConfigRequest{})
	if err != nil {
		return nil, FromError(err)
	}
	return toServerConfig(response)
}
