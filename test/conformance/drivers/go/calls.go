package main

import (
	"context"
	"encoding/json"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

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
		return describe(client.GenerateToken(ctx, request.GetUserId(), options...))(describeIssued)
	case "ValidateToken":
		var request securetokenv1.ValidateTokenRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		return describe(client.ValidateToken(ctx, request.GetToken()))(describeValid)
	case "CheckPermission":
		var request securetokenv1.CheckPermissionRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		err := client.CheckPermission(ctx, request.GetToken(), request.GetRequiredPermission())
		return map[string]any{"granted": err == nil}, err
	case "CheckPermissions":
		var request securetokenv1.CheckPermissionsRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
		return describe(client.CheckPermissions(ctx, request.GetToken(), request.GetPermissions()...))(describePermissions)
	case "BatchValidateTokens":
		var request securetokenv1.BatchValidateTokensRequest
		if err := protojson.Unmarshal(body, &request); err != nil {
			return nil, err
		}
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
	case "ExportConfig":
		return describe(client.ExportConfig(ctx))(describeConfig)
	default:
		return nil, fmt.Errorf("no RPC is named %s", rpc)
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
