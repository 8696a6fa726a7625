package securetoken

import "strings"

// fieldName spells an input as the JSON of requests and results does: "targets[0].user.user_id" of the wire is
// "targets[0].user.userId".
func fieldName(wire string) string {
	var spelled strings.Builder
	for i := 0; i < len(wire); i++ {
		if wire[i] == '_' && i > 0 && i+1 < len(wire) && 'a' <= wire[i+1] && wire[i+1] <= 'z' {
			i++
			spelled.WriteByte(wire[i] - 'a' + 'A')
			continue
		}
		spelled.WriteByte(wire[i])
	}
	return spelled.String()
}
