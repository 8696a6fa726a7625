// Command main calls a server over the module that was fetched from a proxy.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"securetoken.dev/go/securetoken"
	"securetoken.dev/go/securetokentest"
)

// The stand-in for tests is part of the module.
var _ = securetokentest.NewService

func main() {
	client, err := securetoken.New(os.Getenv("SERVER"))
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()
	issued, err := client.GenerateToken(ctx, "user_123", securetoken.Permissions("read"))
	if err != nil {
		log.Fatal(err)
	}
	token, err := client.ValidateToken(ctx, issued.Token)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(token.UserID, strings.Join(token.Permissions, ","))
	if _, err = client.ValidateToken(ctx, "nothing"); errors.Is(err, securetoken.ErrInvalidToken) {
		fmt.Println("InvalidTokenError")
	}
}
