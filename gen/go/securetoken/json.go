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
	TimeRemaining    jsonDuration `json:"timeRemaining"`
	SessionStartedAt time.Time    `json:"sessionStartedAt"`
	CheckedAudience  string       `json:"checkedAudience,omitempty"`
}

func (t ValidToken) forJSON() validTokenJSON {
	return validTokenJSON{t.Claims, jsonDuration(t.TimeRemaining), t.SessionStartedAt, t.CheckedAudience}
}

func (j validTokenJSON) token() ValidToken {
	return ValidToken{j.Claims, time.Duration(j.TimeRemaining), j.SessionStartedAt, j.CheckedAudience}
}

// MarshalJSON writes TimeRemaining in seconds.
func (t ValidToken) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.forJSON())
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *ValidToken) UnmarshalJSON(text []byte) error {
	var read validTokenJSON
	err := json.Unmarshal(text, &read)
	*t = read.token()
	return err
}

type tokenInfoJSON struct {
	validTokenJSON
	CreatedAt time.Time `json:"createdAt"`
	IsRevoked bool      `json:"isRevoked"`
}

// MarshalJSON writes TimeRemaining in seconds.
func (t TokenInfo) MarshalJSON() ([]byte, error) {
	return json.Marshal(tokenInfoJSON{t.forJSON(), t.CreatedAt, t.IsRevoked})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *TokenInfo) UnmarshalJSON(text []byte) error {
	var read tokenInfoJSON
	err := json.Unmarshal(text, &read)
	*t = TokenInfo{read.token(), read.CreatedAt, read.IsRevoked}
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
