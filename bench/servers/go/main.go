// The comparison's Go server: grpc-go and fernet-go do the work of ValidateToken and GenerateToken.
//
// PORT, SECRET_KEY, SALT (base64:…) and PBKDF2_ITERATIONS are those of the service, so that one
// token serves all; with TLS_CERT_FILE and TLS_KEY_FILE it speaks TLS. It has no callers, no limits,
// no audit and no rules.
package main

import (
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"log"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/fernet/fernet-go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "securetoken.dev/go/proto/securetoken/v1"
)

type service struct {
	pb.UnimplementedTokenServiceServer
	keys []*fernet.Key
}

func (s *service) ValidateToken(_ context.Context, request *pb.ValidateTokenRequest) (*pb.ValidateTokenResponse, error) {
	opened, err := openToken(s.keys, request.Token)
	if err != nil {
		return nil, status.Error(codes.Unauthenticated, "Token format is invalid")
	}
	remaining := time.Until(opened.expiresAt)
	if remaining < 0 {
		return nil, status.Error(codes.Unauthenticated, "Token expired")
	}
	data, err := structpb.NewStruct(opened.AdditionalData)
	if err != nil {
		return nil, err
	}
	return &pb.ValidateTokenResponse{
		Valid:          true,
		TokenId:        opened.TokenID,
		UserId:         opened.UserID,
		Permissions:    opened.Permissions,
		IssuedAt:       timestamppb.New(opened.issuedAt),
		ExpiresAt:      timestamppb.New(opened.expiresAt),
		TimeRemaining:  durationpb.New(remaining),
		AdditionalData: data,
	}, nil
}

func (s *service) GenerateToken(_ context.Context, request *pb.GenerateTokenRequest) (*pb.GenerateTokenResponse, error) {
	issuedAt := time.Now().UTC().Truncate(time.Microsecond)
	expiresAt := issuedAt.Add(24 * time.Hour)
	sealed, err := sealToken(s.keys[0], &claims{
		UserID:         request.UserId,
		Permissions:    request.Permissions,
		AdditionalData: request.AdditionalData.AsMap(),
		issuedAt:       issuedAt,
		expiresAt:      expiresAt,
	})
	if err != nil {
		return nil, err
	}
	return &pb.GenerateTokenResponse{
		Token:          sealed.text,
		TokenId:        sealed.tokenID,
		UserId:         request.UserId,
		Permissions:    request.Permissions,
		IssuedAt:       timestamppb.New(issuedAt),
		ExpiresAt:      timestamppb.New(expiresAt),
		AdditionalData: request.AdditionalData,
		SessionId:      sealed.tokenID,
	}, nil
}

func main() {
	salt, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(os.Getenv("SALT"), "base64:"))
	check(err)
	iterations, err := strconv.Atoi(os.Getenv("PBKDF2_ITERATIONS"))
	check(err)
	derived, err := pbkdf2.Key(sha256.New, os.Getenv("SECRET_KEY"), salt, iterations, 32)
	check(err)
	key := fernet.Key(derived)

	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PORT"))
	check(err)
	var options []grpc.ServerOption
	if certificate := os.Getenv("TLS_CERT_FILE"); certificate != "" {
		secured, err := credentials.NewServerTLSFromFile(certificate, os.Getenv("TLS_KEY_FILE"))
		check(err)
		options = append(options, grpc.Creds(secured))
	}
	server := grpc.NewServer(options...)
	pb.RegisterTokenServiceServer(server, &service{keys: []*fernet.Key{&key}})
	check(server.Serve(listener))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
