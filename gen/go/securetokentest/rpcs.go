package securetokentest

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// rpcs answers as the service, without its rules for arguments.
type rpcs struct {
	securetokenv1.UnimplementedTokenServiceServer
	tokens *tokens
}

func lifetime(asked *durationpb.Duration) time.Duration {
	if asked == nil {
		return defaultLifetime
	}
	return asked.AsDuration()
}

// asked gives a valid token's claims.
func (r *rpcs) asked(rpc, token string) (*securetokenv1.TokenClaims, error) {
	return r.askedFor(rpc, token, "")
}

// askedFor is the same for an audience; empty requires none.
func (r *rpcs) askedFor(rpc, token, audience string) (*securetokenv1.TokenClaims, error) {
	r.tokens.note(rpc)
	claims, problem := r.tokens.findFor(token, audience)
	if problem != nil {
		return nil, problem.status().Err()
	}
	return claims, nil
}

// GenerateToken is as the service's.
func (r *rpcs) GenerateToken(
	_ context.Context, request *securetokenv1.GenerateTokenRequest,
) (*securetokenv1.GenerateTokenResponse, error) {
	r.tokens.note("GenerateToken")
	token, claims := r.tokens.issue(grant{
		userID: request.GetUserId(), permissions: request.GetPermissions(),
		lifetime: lifetime(request.GetExpiresIn()), data: request.GetAdditionalData(),
		audiences: request.GetAudiences(),
	})
	return &securetokenv1.GenerateTokenResponse{
		Token: token, TokenId: claims.GetTokenId(), UserId: claims.GetUserId(), Permissions: claims.GetPermissions(),
		IssuedAt: claims.GetIssuedAt(), ExpiresAt: claims.GetExpiresAt(), AdditionalData: claims.GetAdditionalData(),
		SessionId: claims.GetSessionId(), KeyId: keyID, Audiences: claims.GetAudiences(),
	}, nil
}

// ValidateToken is as the service's.
func (r *rpcs) ValidateToken(
	_ context.Context, request *securetokenv1.ValidateTokenRequest,
) (*securetokenv1.ValidateTokenResponse, error) {
	claims, err := r.askedFor("ValidateToken", request.GetToken(), request.GetAudience())
	if err != nil {
		return nil, err
	}
	return &securetokenv1.ValidateTokenResponse{
		Valid: true, TokenId: claims.GetTokenId(), UserId: claims.GetUserId(), Permissions: claims.GetPermissions(),
		IssuedAt: claims.GetIssuedAt(), ExpiresAt: claims.GetExpiresAt(), TimeRemaining: claims.GetTimeRemaining(),
		AdditionalData: claims.GetAdditionalData(), SessionId: claims.GetSessionId(), KeyId: keyID,
		SessionStartedAt: claims.GetSessionStartedAt(), Audiences: claims.GetAudiences(),
		CheckedAudience: claims.GetCheckedAudience(),
	}, nil
}

// CheckPermission is as the service's.
func (r *rpcs) CheckPermission(
	_ context.Context, request *securetokenv1.CheckPermissionRequest,
) (*securetokenv1.CheckPermissionResponse, error) {
	claims, err := r.askedFor("CheckPermission", request.GetToken(), request.GetAudience())
	if err != nil {
		return nil, err
	}
	if !slices.Contains(claims.GetPermissions(), request.GetRequiredPermission()) {
		return nil, notGranted(request.GetRequiredPermission()).status().Err()
	}
	return &securetokenv1.CheckPermissionResponse{
		Granted: true, CheckedAudience: claims.GetCheckedAudience(),
	}, nil
}

// CheckPermissions is as the service's.
func (r *rpcs) CheckPermissions(
	_ context.Context, request *securetokenv1.CheckPermissionsRequest,
) (*securetokenv1.CheckPermissionsResponse, error) {
	claims, err := r.askedFor("CheckPermissions", request.GetToken(), request.GetAudience())
	if err != nil {
		return nil, err
	}
	response := &securetokenv1.CheckPermissionsResponse{CheckedAudience: claims.GetCheckedAudience()}
	for _, permission := range request.GetPermissions() {
		response.Results = append(response.Results, &securetokenv1.PermissionResult{
			Permission: permission, Granted: slices.Contains(claims.GetPermissions(), permission),
		})
	}
	return response, nil
}

// BatchValidateTokens is as the service's.
func (r *rpcs) BatchValidateTokens(
	_ context.Context, request *securetokenv1.BatchValidateTokensRequest,
) (*securetokenv1.BatchValidateTokensResponse, error) {
	r.tokens.note("BatchValidateTokens")
	response := &securetokenv1.BatchValidateTokensResponse{}
	for _, token := range request.GetTokens() {
		result := &securetokenv1.BatchValidateTokensResult{}
		if claims, problem := r.tokens.findFor(token, request.GetAudience()); problem == nil {
			result.Result = &securetokenv1.BatchValidateTokensResult_Claims{Claims: claims}
		} else {
			result.Result = &securetokenv1.BatchValidateTokensResult_Error{Error: problem.status().Proto()}
		}
		response.Results = append(response.Results, result)
	}
	return response, nil
}

// RefreshToken gives a token of the same session, which has no end here.
func (r *rpcs) RefreshToken(
	_ context.Context, request *securetokenv1.RefreshTokenRequest,
) (*securetokenv1.RefreshTokenResponse, error) {
	old, err := r.asked("RefreshToken", request.GetToken())
	if err != nil {
		return nil, err
	}
	token, claims := r.tokens.issue(grant{
		userID: old.GetUserId(), permissions: old.GetPermissions(), lifetime: lifetime(request.GetNewExpiresIn()),
		data: old.GetAdditionalData(), audiences: old.GetAudiences(), sessionOf: old,
	})
	if request.GetRevokeOld() {
		target := &securetokenv1.RevocationTarget_Token{Token: request.GetToken()}
		if _, problem := r.tokens.revoke(&securetokenv1.RevocationTarget{Target: target}, ""); problem != nil {
			return nil, problem.status().Err()
		}
	}
	return &securetokenv1.RefreshTokenResponse{
		Token: token, TokenId: claims.GetTokenId(), UserId: claims.GetUserId(), Permissions: claims.GetPermissions(),
		IssuedAt: claims.GetIssuedAt(), ExpiresAt: claims.GetExpiresAt(), AdditionalData: claims.GetAdditionalData(),
		SessionId: claims.GetSessionId(), KeyId: keyID, Audiences: claims.GetAudiences(),
	}, nil
}
