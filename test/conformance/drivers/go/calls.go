package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

// call makes the call that a request of the corpus stands for. The generated messages serve to read the
// request; the call goes through the client.
func call(ctx context.Context, client *securetoken.Client, rpc string, body json.RawMessage) (map[string]any, error) {
	switch rpc {
	case "GenerateToken":
		var request securetokenv1.GenerateTokenRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		options := []securetoken.GenerateOption{securetoken.Permissions(request.GetPermissions()...)}
		if request.ExpiresIn != nil {
			options = append(options, securetoken.ExpiresIn(request.ExpiresIn.AsDuration()))
		}
		if request.AdditionalData != nil {
			options = append(options, securetoken.AdditionalData(request.AdditionalData.AsMap()))
		}
		if request.Audiences != nil {
			options = append(options, securetoken.Audiences(request.GetAudiences()...))
		}
		return describe(client.GenerateToken(ctx, request.GetUserId(), options...))(describeIssued)
	case "ValidateToken":
		var request securetokenv1.ValidateTokenRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		client = forAudience(client, request.GetAudience())
		return describe(client.ValidateToken(ctx, request.GetToken()))(describeValid)
	case "CheckPermission":
		var request securetokenv1.CheckPermissionRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		client = forAudience(client, request.GetAudience())
		err := client.CheckPermission(ctx, request.GetToken(), request.GetRequiredPermission())
		return map[string]any{"granted": err == nil}, err
	case "CheckPermissions":
		var request securetokenv1.CheckPermissionsRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		client = forAudience(client, request.GetAudience())
		return describe(client.CheckPermissions(ctx, request.GetToken(), request.GetPermissions()...))(describePermissions)
	case "BatchValidateTokens":
		var request securetokenv1.BatchValidateTokensRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		client = forAudience(client, request.GetAudience())
		return describe(client.BatchValidateTokens(ctx, request.GetTokens()...))(describeBatch)
	case "RefreshToken":
		var request securetokenv1.RefreshTokenRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		var options []securetoken.RefreshOption
		if request.NewExpiresIn != nil {
			options = append(options, securetoken.ExpiresIn(request.NewExpiresIn.AsDuration()))
		}
		if request.GetRevokeOld() {
			options = append(options, securetoken.RevokeOld())
		}
		return describe(client.RefreshToken(ctx, request.GetToken(), options...))(describeIssued)
	case "GetTokenInfo":
		var request securetokenv1.GetTokenInfoRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		return describe(client.GetTokenInfo(ctx, request.GetToken()))(describeInfo)
	case "IntrospectToken":
		var request securetokenv1.IntrospectTokenRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		return describe(client.IntrospectToken(ctx, request.GetToken()))(describeIntrospection)
	case "RevokeTokens":
		var request securetokenv1.RevokeTokensRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		targets := make([]securetoken.RevocationTarget, len(request.GetTargets()))
		for i, target := range request.GetTargets() {
			targets[i] = toTarget(target)
		}
		options := []securetoken.RevokeOption{securetoken.RevokeReason(request.GetReason())}
		return describe(client.RevokeTokens(ctx, targets, options...))(describeOutcomes)
	case "ListRevocations":
		var request securetokenv1.ListRevocationsRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		return describe(client.ListRevocations(ctx, securetoken.RevocationFilter{
			UserID: request.GetUserId(), TokenID: request.GetTokenId(),
			PageSize: int(request.GetPageSize()), PageToken: request.GetPageToken(),
		}))(describePage)
	case "ExportConfig":
		return describe(client.ExportConfig(ctx))(describeConfig)
	default:
		return nil, fmt.Errorf("no RPC is named %s", rpc)
	}
}

func toTarget(message *securetokenv1.RevocationTarget) securetoken.RevocationTarget {
	instant := func(timestamp *timestamppb.Timestamp) time.Time {
		if timestamp == nil {
			return time.Time{}
		}
		return timestamp.AsTime()
	}
	switch target := message.GetTarget().(type) {
	case *securetokenv1.RevocationTarget_Token:
		return securetoken.TargetToken(target.Token)
	case *securetokenv1.RevocationTarget_TokenId:
		return securetoken.TargetTokenID(target.TokenId.GetTokenId(), instant(target.TokenId.GetExpiresAt()))
	case *securetokenv1.RevocationTarget_SessionId:
		return securetoken.TargetSession(target.SessionId)
	case *securetokenv1.RevocationTarget_User:
		return securetoken.TargetUser(target.User.GetUserId(), instant(target.User.GetIssuedBefore()))
	case *securetokenv1.RevocationTarget_EverythingIssuedBefore:
		return securetoken.TargetEverything(instant(target.EverythingIssuedBefore))
	default:
		return securetoken.RevocationTarget{}
	}
}

// describe applies a description to what a call has given, unless it has failed.
func describe[T any](result T, err error) func(func(T) map[string]any) (map[string]any, error) {
	return func(description func(T) map[string]any) (map[string]any, error) {
		if err != nil {
			return nil, err
		}
		return description(result), nil
	}
}

func forAudience(client *securetoken.Client, audience string) *securetoken.Client {
	if audience == "" {
		return client
	}
	return client.WithAudience(audience)
}
