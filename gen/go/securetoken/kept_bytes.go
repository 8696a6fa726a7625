package securetoken

import "encoding/json"

// What things cost in memory, about, in bytes: measured on 64-bit machines, with the allocator's rounding.
const (
	answerBytes = 640 // an answer, its claims, and its place in map and list
	stringBytes = 16
	mapBytes    = 48
	groupBytes  = 288 // a map's room for eight members, beside their texts: it has some once it has a member
	sliceBytes  = 24
	boxBytes    = 8 // a number behind an interface
)

// estimateBytes is what an answer costs in memory, about.
func estimateBytes(claims *Claims) int64 {
	size := int64(answerBytes)
	for _, text := range []string{claims.TokenID, claims.UserID, claims.SessionID, claims.KeyID} {
		size += int64(len(text))
	}
	for _, permission := range claims.Permissions {
		size += stringBytes + int64(len(permission))
	}
	for _, audience := range claims.Audiences {
		size += stringBytes + int64(len(audience))
	}
	return size + bytesOf(claims.AdditionalData)
}

func bytesOf(value any) int64 {
	switch value := value.(type) {
	case map[string]any:
		size := mapBytes + groupBytes*groupsOf(len(value))
		for key, member := range value {
			size += int64(len(key)) + bytesOf(member)
		}
		return size
	case []any:
		size := int64(sliceBytes)
		for _, element := range value {
			size += stringBytes + bytesOf(element)
		}
		return size
	case string:
		return stringBytes + int64(len(value))
	case json.Number:
		return stringBytes + int64(len(value))
	default:
		return boxBytes
	}
}

// groupsOf is how much room a map of so many members has at most: it doubles when seven eighths are taken.
func groupsOf(members int) int64 {
	if members <= 8 {
		return int64(min(members, 1))
	}
	return int64(members+3) / 4
}
