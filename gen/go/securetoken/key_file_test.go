package securetoken_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"securetoken.dev/go/securetoken"
)

func TestAKeyFileThatIsGoneLeavesItsKeyAndIsTold(t *testing.T) {
	var logged bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&logged, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	file := filepath.Join(t.TempDir(), "key")
	write := func(key string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fake := &fakeService{}
	fake.answer = func(ctx context.Context, _ string, _ proto.Message) (proto.Message, error) {
		if !slices.Equal(sentAuthorization(ctx), []string{"Bearer right"}) {
			return nil, failure(codes.Unauthenticated, "not known",
				&errdetails.ErrorInfo{Reason: "CALLER_ERROR_REASON_UNKNOWN_CALLER", Domain: "securetoken.v1"})
		}
		return validResponse(), nil
	}
	write("wrong")
	client := fake.newClient(t, securetoken.WithAPIKeyFile(file))
	refusal := func() string {
		t.Helper()
		err := validate(t, client)
		var refused *securetoken.CallerRefusedError
		if !errors.As(err, &refused) || refused.Reason != "UNKNOWN_CALLER" {
			t.Fatalf("got %v", err)
		}
		shown := fmt.Sprintf("%v %+v %#v", err, err, err)
		if strings.Contains(shown, "wrong") {
			t.Errorf("shows the key: %s", shown)
		}
		return err.Error()
	}
	if text := refusal(); strings.Contains(text, file) {
		t.Errorf("with a file that can be read: %s", text)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if text := refusal(); !strings.Contains(text, file) || !strings.Contains(text, "the key read last was sent") {
			t.Errorf("with a file that is gone: %s", text)
		}
	}
	write("")
	if text := refusal(); !strings.Contains(text, "is empty") {
		t.Errorf("with an empty file: %s", text)
	}
	write("right")
	if err := validate(t, client); err != nil {
		t.Errorf("with the right key: %v", err)
	}
	if lines := strings.Count(logged.String(), "\n"); lines != 2 || !strings.Contains(logged.String(), file) {
		t.Errorf("logged %s", logged.String())
	}
}
