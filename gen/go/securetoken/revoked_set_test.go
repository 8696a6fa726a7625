package securetoken

import (
	"errors"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	securetokenv1 "securetoken.dev/go/proto/securetoken/v1"
)

func TestASetHoldsNoMoreThanItsBound(t *testing.T) {
	set := newRevokedSet()
	set.max = 3
	add := func(ids ...string) error {
		var revocations []*securetokenv1.Revocation
		for _, id := range ids {
			revocations = append(revocations, &securetokenv1.Revocation{
				Target: &securetokenv1.Revocation_TokenId{TokenId: id}, ExpiresAt: &timestamppb.Timestamp{Seconds: 60},
			})
		}
		return set.add(revocations)
	}
	if err := add("a", "b"); err != nil {
		t.Fatal(err)
	}
	for _, ids := range [][]string{{"c", "d", "e"}, {"f"}} {
		if err := add(ids...); !errors.Is(err, errFeedTooLarge) || set.size() != 3 {
			t.Errorf("holds %d: %v", set.size(), err)
		}
	}
	if set.sweep(61_000_000); set.size() != 0 || !set.hasForgotten(59_000_000) || set.hasForgotten(61_000_000) {
		t.Errorf("holds %d", set.size())
	}
	if err := add("g"); err != nil {
		t.Error(err)
	}
}
