package securetoken_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
	"securetoken.dev/go/securetoken"
)

func TestGenerateTokenSendsWhatIsGiven(t *testing.T) {
	var got *securetokenv1.GenerateTokenRequest
	fake := &fakeService{answer: func(_ context.Context, _ string, request proto.Message) (proto.Message, error) {
		got = request.(*securetokenv1.GenerateTokenRequest)
		return &securetokenv1.GenerateTokenResponse{
			Token: "secret-token", TokenId: "id", SessionId: "id",
			IssuedAt: timestamppb.New(issued), ExpiresAt: timestamppb.New(expires),
		}, nil
	}}
	client := fake.newClient(t)
	token, err := client.GenerateToken(t.Context(), "user-1",
		securetoken.Permissions("read", "write"),
		securetoken.ExpiresIn(90*time.Minute),
		securetoken.AdditionalData(map[string]any{"role": "admin"}))
	if err != nil {
		t.Fatal(err)
	}
	data, _ := structpb.NewStruct(map[string]any{"role": "admin"})
	want := &securetokenv1.GenerateTokenRequest{
		UserId: "user-1", Permissions: []string{"read", "write"},
		ExpiresIn: durationpb.New(90 * time.Minute), AdditionalData: data,
	}
	if !proto.Equal(got, want) {
		t.Errorf("sent %v, want %v", got, want)
	}
	if !token.IssuedAt.Equal(issued) || !token.ExpiresAt.Equal(expires) || token.Token != "secret-token" {
		t.Errorf("got %+v", *token)
	}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("issued", "token", token)
	for _, text := range []string{logged.String(), fmt.Sprint(token), fmt.Sprintf("%+v %#v", *token, token)} {
		if strings.Contains(text, "secret-token") || !strings.Contains(text, "IssuedToken(id)") {
			t.Errorf("prints as %q", text)
		}
	}
	if _, err := client.GenerateToken(t.Context(), "user-1"); err != nil || got.ExpiresIn != nil || got.AdditionalData != nil {
		t.Errorf("without options: %v, %v", got, err)
	}
}

func TestTokensOfAnyTextArrive(t *testing.T) {
	var got []string
	fake := &fakeService{answer: func(_ context.Context, _ string, request proto.Message) (proto.Message, error) {
		got = request.(*securetokenv1.BatchValidateTokensRequest).GetTokens()
		return nil, status.Error(codes.Internal, "seen")
	}}
	limit := strings.Repeat("é", 8193)
	fake.newClient(t).BatchValidateTokens(t.Context(), limit+"ab", limit, "a\xff", "\uFEFFa ", "")
	if want := []string{limit, limit, "a\uFFFD", "\uFEFFa ", ""}; !reflect.DeepEqual(got, want) {
		t.Error("tokens have not arrived as they should")
	}
}

func TestTextThatNoMessageCanCarryIsRefusedByName(t *testing.T) {
	client := answering(nil, status.Error(codes.Internal, "reached")).newClient(t)
	_, userErr := client.GenerateToken(t.Context(), "\xff")
	_, permissionErr := client.GenerateToken(t.Context(), "u", securetoken.Permissions("read", "\xff"))
	_, dataErr := client.GenerateToken(t.Context(), "u", securetoken.AdditionalData(map[string]any{"a": "\xff"}))
	_, severalErr := client.CheckPermissions(t.Context(), "t", "read", "\xff")
	for want, err := range map[string]error{
		"userId":             userErr,
		"permissions[1]":     permissionErr,
		"additionalData":     dataErr,
		"requiredPermission": client.CheckPermission(t.Context(), "t", "\xff"),
		" permissions[1]":    severalErr,
	} {
		var refused *securetoken.TokenError
		if !errors.As(err, &refused) || refused.Field != strings.TrimSpace(want) || matched(err) != "token" {
			t.Errorf("%s: got %v", want, err)
		}
		if status.Code(err) != codes.InvalidArgument {
			t.Errorf("%s: the code is %v", want, status.Code(err))
		}
	}
}
