package securetoken

import (
	"fmt"

	"google.golang.org/grpc/status"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

func toPermissionResults(message *securetokenv1.CheckPermissionsResponse, asked int) ([]PermissionResult, error) {
	if err := sameCount(len(message.GetResults()), asked); err != nil {
		return nil, err
	}
	results := make([]PermissionResult, asked)
	for i, result := range message.GetResults() {
		results[i] = PermissionResult{Permission: result.GetPermission(), Granted: result.GetGranted()}
	}
	return results, nil
}

func toBatchResults(
	message *securetokenv1.BatchValidateTokensResponse, asked int, audience string,
) ([]BatchResult, error) {
	if err := sameCount(len(message.GetResults()), asked); err != nil {
		return nil, err
	}
	results := make([]BatchResult, asked)
	for i, result := range message.GetResults() {
		var err error
		if results[i], err = toBatchResult(result, audience); err != nil {
			return nil, err
		}
	}
	return results, nil
}

func toBatchResult(message *securetokenv1.BatchValidateTokensResult, audience string) (BatchResult, error) {
	switch {
	case message.GetClaims() != nil:
		if err := requireChecked(audience, message.GetClaims()); err != nil {
			return BatchResult{}, err
		}
		token, err := toClaimsWithTime(message.GetClaims())
		if err != nil {
			return BatchResult{}, err
		}
		return BatchResult{Token: token}, nil
	case message.GetError() != nil:
		// A status that is no fact about the token makes the call fail, so that nobody takes it for one.
		tokenError := fromStatus(status.FromProto(message.GetError()))
		if tokenError != nil {
			return BatchResult{Err: tokenError}, nil
		}
		if err := status.ErrorProto(message.GetError()); err != nil {
			return BatchResult{}, err
		}
	}
	return BatchResult{}, malformed("holds neither claims nor error for a token")
}

// sameCount matters because results are told apart by their position alone.
func sameCount(results, asked int) error {
	if results == asked {
		return nil
	}
	return malformed(fmt.Sprintf("holds %d results where %d were asked for", results, asked))
}
