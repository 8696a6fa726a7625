package securetoken

import "strings"

// bearerToken is the token in a request's authorization headers (RFC 6750, section 2.1).
func bearerToken(headers []string) (string, *refusal) {
	if len(headers) == 0 {
		return "", refuseNoToken
	}
	if len(headers) > 1 { // which of them others would read is anyone's guess
		return "", refuseInvalidToken
	}
	scheme, token, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", refuseNoToken
	}
	token = strings.Trim(token, " ")
	if len(token) > maxTokenLength || !isToken68(token) {
		return "", refuseInvalidToken
	}
	return token, nil
}

// isToken68 is for what RFC 7235, section 2.1, allows in a bearer token.
func isToken68(text string) bool {
	body := strings.TrimRight(text, "=")
	if body == "" {
		return false
	}
	for _, char := range []byte(body) {
		isAlphanumeric := 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z' || '0' <= char && char <= '9'
		if !isAlphanumeric && !strings.ContainsRune("-._~+/", rune(char)) {
			return false
		}
	}
	return true
}
