package securetoken

import "strings"

// bearerToken is the token in a request's authorization headers (RFC 6750, section 2.1), or why it is
// refused.
func bearerToken(headers []string) (string, RefusalReason) {
	if len(headers) == 0 {
		return "", RefusalTokenMissing
	}
	// Which of two others would read is anyone's guess; a comma joins two (RFC 9110, section 5.3).
	if len(headers) > 1 || strings.Contains(headers[0], ",") {
		return "", RefusalTokenInvalid
	}
	scheme, token, _ := strings.Cut(strings.Trim(headers[0], " \t"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", RefusalTokenMissing
	}
	return checkToken(strings.Trim(token, " \t"))
}

// checkToken refuses what can be no token before anything is spent on it.
func checkToken(token string) (string, RefusalReason) {
	if len(token) > maxTokenLength || !isToken68(token) {
		return "", RefusalTokenInvalid
	}
	return token, ""
}

// isToken68 is for what RFC 9110, section 11.2, allows in a bearer token.
func isToken68(text string) bool {
	body := strings.TrimRight(text, "=")
	if body == "" {
		return false
	}
	for _, char := range []byte(body) {
		isAlphanumeric := 'a' <= char && char <= 'z' || 'A' <= char && char <= 'Z' || '0' <= char && char <= '9'
		if !isAlphanumeric && strings.IndexByte("-._~+/", char) < 0 {
			return false
		}
	}
	return true
}
