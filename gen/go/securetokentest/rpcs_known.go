package securetokentest

import (
	"context"
	"slices"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// GetTokenInfo is as the service's.
func (r *rpcs) GetTokenInfo(
	_ context.Context, request *securetokenv1.GetTokenInfoRequest,
) (*securetokenv1.GetTokenInfoResponse, error) {
	claims, err := r.asked("GetTokenInfo", request.GetToken())
	if err != nil {
		return nil, err
	}
	return &securetokenv1.GetTokenInfoResponse{
		Valid: true, TokenId: claims.GetTokenId(), UserId: claims.GetUserId(), Permissions: claims.GetPermissions(),
		CreatedAt: claims.GetIssuedAt(), SessionStartedAt: claims.GetSessionStartedAt(), IssuedAt: claims.GetIssuedAt(),
		ExpiresAt: claims.GetExpiresAt(), TimeRemaining: claims.GetTimeRemaining(),
		AdditionalData: claims.GetAdditionalData(), SessionId: claims.GetSessionId(), KeyId: keyID,
		Audiences: claims.GetAudiences(),
	}, nil
}

// IntrospectToken is as the service's.
func (r *rpcs) IntrospectToken(
	_ context.Context, request *securetokenv1.IntrospectTokenRequest,
) (*securetokenv1.IntrospectTokenResponse, error) {
	r.tokens.note("IntrospectToken")
	claims, problem := r.tokens.find(request.GetToken())
	if claims == nil {
		return &securetokenv1.IntrospectTokenResponse{State: securetokenv1.TokenState_TOKEN_STATE_INVALID}, nil
	}
	state := securetokenv1.TokenState_TOKEN_STATE_ACTIVE
	if problem != nil {
		state = securetokenv1.TokenState_TOKEN_STATE_REVOKED
		if problem.detail.GetExpiredAt() != nil {
			state = securetokenv1.TokenState_TOKEN_STATE_EXPIRED
		}
	}
	return &securetokenv1.IntrospectTokenResponse{State: state, Claims: claims, KeyId: keyID}, nil
}

// RevokeTokens is as the service's.
func (r *rpcs) RevokeTokens(
	_ context.Context, request *securetokenv1.RevokeTokensRequest,
) (*securetokenv1.RevokeTokensResponse, error) {
	r.tokens.note("RevokeTokens")
	response := &securetokenv1.RevokeTokensResponse{}
	for _, target := range request.GetTargets() {
		outcome, problem := r.tokens.revoke(target, request.GetReason())
		if problem != nil {
			return nil, problem.status().Err()
		}
		response.Results = append(response.Results, &securetokenv1.RevocationResult{Outcome: outcome})
	}
	return response, nil
}

// ListRevocations gives all of them on one page, the latest first, whatever the filter.
func (r *rpcs) ListRevocations(
	context.Context, *securetokenv1.ListRevocationsRequest,
) (*securetokenv1.ListRevocationsResponse, error) {
	r.tokens.note("ListRevocations")
	made, _ := r.tokens.since(0)
	latest := slices.Clone(made)
	slices.Reverse(latest)
	return &securetokenv1.ListRevocationsResponse{Revocations: latest}, nil
}

// ExportConfig is not served.
func (r *rpcs) ExportConfig(
	ctx context.Context, request *securetokenv1.ExportConfigRequest,
) (*securetokenv1.ExportConfigResponse, error) {
	r.tokens.note("ExportConfig")
	return r.UnimplementedTokenServiceServer.ExportConfig(ctx, request)
}
