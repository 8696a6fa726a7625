package securetoken

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/durationpb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

// maxTokenLength is in characters.
const maxTokenLength = 8192

// GenerateOption says what a new token holds beside its user.
type GenerateOption interface {
	applyToGenerate(*generateInput)
}

// RefreshOption says how a token is renewed.
type RefreshOption interface {
	applyToRefresh(*securetokenv1.RefreshTokenRequest)
}

type generateInput struct {
	permissions    []string
	expiresIn      *durationpb.Duration
	additionalData map[string]any
	audiences      []string
}

type generateOption func(*generateInput)

func (o generateOption) applyToGenerate(input *generateInput) { o(input) }

type refreshOption func(*securetokenv1.RefreshTokenRequest)

func (o refreshOption) applyToRefresh(request *securetokenv1.RefreshTokenRequest) { o(request) }

// Permissions adds what the token permits: at most 64 in all, each 2 to 30 printable code points.
func Permissions(permissions ...string) GenerateOption {
	return generateOption(func(input *generateInput) {
		input.permissions = append(input.permissions, permissions...)
	})
}

// Audiences adds the services that the token is meant for: at most 16 in all, each 1 to 256 code points, none
// twice. A token without any is refused wherever an audience is required, as by [WithAudience] and [Client.WithAudience].
func Audiences(audiences ...string) GenerateOption {
	return generateOption(func(input *generateInput) {
		input.audiences = append(input.audiences, audiences...)
	})
}

// AdditionalData is what else the token should carry, at most 4 KiB as JSON: nil, booleans, numbers,
// strings, and slices and string-keyed maps of them. An integer that a float64 cannot hold exactly is
// refused: send it as a string.
func AdditionalData(data map[string]any) GenerateOption {
	return generateOption(func(input *generateInput) { input.additionalData = data })
}

// ExpiresIn is how long the new token lives: above zero, at most 8760 hours. Without it, the server's
// default.
type ExpiresIn time.Duration

func (e ExpiresIn) applyToGenerate(input *generateInput) {
	input.expiresIn = durationpb.New(time.Duration(e))
}

func (e ExpiresIn) applyToRefresh(request *securetokenv1.RefreshTokenRequest) {
	request.NewExpiresIn = durationpb.New(time.Duration(e))
}

// RevokeOld revokes the old token once the new one is made.
func RevokeOld() RefreshOption {
	return refreshOption(func(request *securetokenv1.RefreshTokenRequest) { request.RevokeOld = true })
}

// toGenerateRequest refuses what no message can carry, with the words and the field of the server.
// Every other rule is the server's to apply.
func toGenerateRequest(userID string, options []GenerateOption) (*securetokenv1.GenerateTokenRequest, error) {
	var input generateInput
	for _, option := range options {
		option.applyToGenerate(&input)
	}
	for i, permission := range input.permissions {
		if !utf8.ValidString(permission) {
			field := fmt.Sprintf("permissions[%d]", i)
			return nil, refused(field, ReasonPermissionInvalid, field+" must consist of printable characters")
		}
	}
	for i, audience := range input.audiences {
		if !utf8.ValidString(audience) {
			field := fmt.Sprintf("audiences[%d]", i)
			return nil, refused(field, ReasonAudienceInvalid, field+" must be well-formed Unicode")
		}
	}
	additionalData, err := toStruct(input.additionalData)
	if err != nil {
		return nil, err
	}
	if !utf8.ValidString(userID) {
		return nil, refused("user_id", ReasonUserIDInvalid, "user_id must be well-formed Unicode")
	}
	return &securetokenv1.GenerateTokenRequest{
		UserId:         userID,
		Permissions:    input.permissions,
		ExpiresIn:      input.expiresIn,
		AdditionalData: additionalData,
		Audiences:      input.audiences,
	}, nil
}

func toRefreshRequest(token string, options []RefreshOption) *securetokenv1.RefreshTokenRequest {
	request := &securetokenv1.RefreshTokenRequest{Token: fitToken(token)}
	for _, option := range options {
		option.applyToRefresh(request)
	}
	return request
}

// maxRequiredPermission is in code points.
const maxRequiredPermission = 128

// canBeHeld is for what the server takes as a required permission.
func canBeHeld(permission string) bool {
	return utf8.ValidString(permission) && utf8.RuneCountInString(permission) <= maxRequiredPermission
}

func checkRequiredPermission(permission, field string) error {
	if utf8.ValidString(permission) {
		return nil
	}
	return refused(field, ReasonRequiredPermissionInvalid, field+" must be text")
}

// fitToken is what a message can hold of a token that can be valid no more: the server calls it
// malformed. One that is far too long would have the whole request refused, and a batch with it.
func fitToken(token string) string {
	count := 0
	for i := range token {
		if count++; count > maxTokenLength+1 {
			token = token[:i]
			break
		}
	}
	return strings.ToValidUTF8(token, "\uFFFD")
}
