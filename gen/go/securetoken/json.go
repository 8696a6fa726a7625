package securetoken

import (
	"encoding/json"
	"errors"
	"time"
)

// The results of calls are written as the service's own JSON: names in camelCase, instants by RFC 3339,
// and durations in seconds, "3599.999648s".

// jsonDuration is a duration as protojson writes it.
type jsonDuration time.Duration

func (d jsonDuration) MarshalText() ([]byte, error) {
	return []byte(formatSeconds(time.Duration(d))), nil
}

func (d *jsonDuration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = jsonDuration(parsed)
	return err
}

type validTokenJSON struct {
	Claims
	TimeRemaining jsonDuration `json:"timeRemaining"`
}

// MarshalJSON writes TimeRemaining in seconds.
func (t ValidToken) MarshalJSON() ([]byte, error) {
	return json.Marshal(validTokenJSON{t.Claims, jsonDuration(t.TimeRemaining)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *ValidToken) UnmarshalJSON(text []byte) error {
	var read validTokenJSON
	err := json.Unmarshal(text, &read)
	*t = ValidToken{read.Claims, time.Duration(read.TimeRemaining)}
	return err
}

type tokenInfoJSON struct {
	validTokenJSON
	CreatedAt        time.Time `json:"createdAt"`
	IsRevoked        bool      `json:"isRevoked"`
	SessionStartedAt time.Time `json:"sessionStartedAt"`
}

// MarshalJSON writes TimeRemaining in seconds.
func (t TokenInfo) MarshalJSON() ([]byte, error) {
	valid := validTokenJSON{t.Claims, jsonDuration(t.TimeRemaining)}
	return json.Marshal(tokenInfoJSON{valid, t.CreatedAt, t.IsRevoked, t.SessionStartedAt})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *TokenInfo) UnmarshalJSON(text []byte) error {
	var read tokenInfoJSON
	err := json.Unmarshal(text, &read)
	valid := ValidToken{read.Claims, time.Duration(read.TimeRemaining)}
	*t = TokenInfo{valid, read.CreatedAt, read.IsRevoked, read.SessionStartedAt}
	return err
}

// MarshalJSON writes {"claims": …} or {"error": …}.
func (r BatchResult) MarshalJSON() ([]byte, error) {
	if r.Err == nil {
		return json.Marshal(map[string]*ValidToken{"claims": r.Token})
	}
	var facts *TokenError
	if errors.As(r.Err, &facts) {
		return json.Marshal(map[string]*TokenError{"error": facts})
	}
	return json.Marshal(map[string]map[string]string{"error": {"message": r.Err.Error()}})
}

// MarshalJSON writes DefaultExpiresIn in seconds.
func (c ServerConfig) MarshalJSON() ([]byte, error) {
	type plain ServerConfig
	return json.Marshal(struct {
		plain
		DefaultExpiresIn jsonDuration `json:"defaultExpiresIn"`
	}{plain(c), jsonDuration(c.DefaultExpiresIn)})
}
