package securetoken_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

func TestDigitsBeyondADoubleAreKept(t *testing.T) {
	response := validResponse()
	response.AdditionalDataJson = `{"u64": 18446744073709551615, "n": 7, "half": 0.5}`
	token, err := answering(response, nil).newClient(t).ValidateToken(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"u64": json.Number("18446744073709551615"), "n": 7.0, "half": 0.5}
	if !reflect.DeepEqual(token.AdditionalData, want) {
		t.Errorf("got %#v", token.AdditionalData)
	}
}

func TestAnImpossibleAnswerIsNoResult(t *testing.T) {
	change := func(edit func(*securetokenv1.ValidateTokenResponse)) proto.Message {
		response := validResponse()
		edit(response)
		return response
	}
	cases := map[string]proto.Message{
		"an empty one":       &securetokenv1.ValidateTokenResponse{},
		"not valid":          change(func(r *securetokenv1.ValidateTokenResponse) { r.Valid = false }),
		"no issued_at":       change(func(r *securetokenv1.ValidateTokenResponse) { r.IssuedAt = nil }),
		"no expires_at":      change(func(r *securetokenv1.ValidateTokenResponse) { r.ExpiresAt = nil }),
		"no time_remaining":  change(func(r *securetokenv1.ValidateTokenResponse) { r.TimeRemaining = nil }),
		"a year beyond 9999": change(func(r *securetokenv1.ValidateTokenResponse) { r.ExpiresAt.Seconds = 1 << 40 }),
		"JSON that is none":  change(func(r *securetokenv1.ValidateTokenResponse) { r.AdditionalDataJson = "{" }),
		"JSON of a list":     change(func(r *securetokenv1.ValidateTokenResponse) { r.AdditionalDataJson = "[]" }),
		"JSON of null":       change(func(r *securetokenv1.ValidateTokenResponse) { r.AdditionalDataJson = "null" }),
		"JSON and more":      change(func(r *securetokenv1.ValidateTokenResponse) { r.AdditionalDataJson = "{} {}" }),
	}
	for name, response := range cases {
		t.Run(name, func(t *testing.T) {
			token, err := answering(response, nil).newClient(t).ValidateToken(t.Context(), "t")
			if token != nil || status.Code(err) != codes.Internal || errors.Is(err, securetoken.ErrToken) {
				t.Errorf("got %v, %v", token, err)
			}
		})
	}
}

func TestEveryOperationRefusesAnEmptyAnswer(t *testing.T) {
	ctx := t.Context()
	cases := map[string]struct {
		response proto.Message
		call     func(*securetoken.Client) error
	}{
		"GenerateToken": {&securetokenv1.GenerateTokenResponse{}, func(c *securetoken.Client) error {
			_, err := c.GenerateToken(ctx, "u")
			return err
		}},
		"CheckPermission": {&securetokenv1.CheckPermissionResponse{}, func(c *securetoken.Client) error {
			return c.CheckPermission(ctx, "t", "read")
		}},
		"CheckPermissions": {&securetokenv1.CheckPermissionsResponse{}, func(c *securetoken.Client) error {
			_, err := c.CheckPermissions(ctx, "t", "read")
			return err
		}},
		"BatchValidateTokens": {&securetokenv1.BatchValidateTokensResponse{
			Results: []*securetokenv1.BatchValidateTokensResult{{}},
		}, func(c *securetoken.Client) error {
			_, err := c.BatchValidateTokens(ctx, "t")
			return err
		}},
		"BatchValidateTokens, too few": {&securetokenv1.BatchValidateTokensResponse{}, func(c *securetoken.Client) error {
			_, err := c.BatchValidateTokens(ctx, "t")
			return err
		}},
		"RefreshToken": {&securetokenv1.RefreshTokenResponse{}, func(c *securetoken.Client) error {
			_, err := c.RefreshToken(ctx, "t")
			return err
		}},
		"GetTokenInfo": {&securetokenv1.GetTokenInfoResponse{}, func(c *securetoken.Client) error {
			_, err := c.GetTokenInfo(ctx, "t")
			return err
		}},
		"GetTokenInfo, revoked": {&securetokenv1.GetTokenInfoResponse{Valid: true, IsRevoked: true}, func(c *securetoken.Client) error {
			_, err := c.GetTokenInfo(ctx, "t")
			return err
		}},
		"IntrospectToken": {&securetokenv1.IntrospectTokenResponse{}, func(c *securetoken.Client) error {
			_, err := c.IntrospectToken(ctx, "t")
			return err
		}},
		"IntrospectToken, a newer state": {&securetokenv1.IntrospectTokenResponse{State: 99}, func(c *securetoken.Client) error {
			_, err := c.IntrospectToken(ctx, "t")
			return err
		}},
		"IntrospectToken, active": {&securetokenv1.IntrospectTokenResponse{State: 1}, func(c *securetoken.Client) error {
			_, err := c.IntrospectToken(ctx, "t")
			return err
		}},
		"ExportConfig": {&securetokenv1.ExportConfigResponse{}, func(c *securetoken.Client) error {
			_, err := c.ExportConfig(ctx)
			return err
		}},
	}
	for name, it := range cases {
		t.Run(name, func(t *testing.T) {
			if err := it.call(answering(it.response, nil).newClient(t)); status.Code(err) != codes.Internal {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestABatchErrorThatIsNoFactFailsTheCall(t *testing.T) {
	result := &securetokenv1.BatchValidateTokensResult{Result: &securetokenv1.BatchValidateTokensResult_Error{
		Error: status.New(codes.Unavailable, "later").Proto(),
	}}
	fake := answering(&securetokenv1.BatchValidateTokensResponse{
		Results: []*securetokenv1.BatchValidateTokensResult{result},
	}, nil)
	if _, err := fake.newClient(t).BatchValidateTokens(t.Context(), "t"); status.Code(err) != codes.Unavailable {
		t.Errorf("got %v", err)
	}
	result.Result.(*securetokenv1.BatchValidateTokensResult_Error).Error.Code = 0
	if _, err := fake.newClient(t).BatchValidateTokens(t.Context(), "t"); status.Code(err) != codes.Internal {
		t.Errorf("got %v for an error that is none", err)
	}
}
