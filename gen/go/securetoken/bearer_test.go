package securetoken

import (
	"strings"
	"testing"
)

func TestBearerTokens(t *testing.T) {
	longest := strings.Repeat("A", maxTokenLength)
	for name, it := range map[string]struct {
		headers []string
		token   string
		refused *refusal
	}{
		"a token":               {[]string{"Bearer abc-._~+/09=="}, "abc-._~+/09==", nil},
		"another case":          {[]string{"bEARER abc"}, "abc", nil},
		"spaces around":         {[]string{"Bearer   abc "}, "abc", nil},
		"the longest":           {[]string{"Bearer " + longest}, longest, nil},
		"longer":                {[]string{"Bearer A" + longest}, "", refuseInvalidToken},
		"no header":             {nil, "", refuseNoToken},
		"an empty header":       {[]string{""}, "", refuseNoToken},
		"another scheme":        {[]string{"Basic abc"}, "", refuseNoToken},
		"a scheme that begins":  {[]string{"BearerX abc"}, "", refuseNoToken},
		"no token":              {[]string{"Bearer"}, "", refuseInvalidToken},
		"a blank token":         {[]string{"Bearer  "}, "", refuseInvalidToken},
		"padding alone":         {[]string{"Bearer =="}, "", refuseInvalidToken},
		"padding within":        {[]string{"Bearer a=b"}, "", refuseInvalidToken},
		"two tokens":            {[]string{"Bearer abc def"}, "", refuseInvalidToken},
		"two tokens, a comma":   {[]string{"Bearer abc, Bearer def"}, "", refuseInvalidToken},
		"two headers":           {[]string{"Bearer abc", "Bearer abc"}, "", refuseInvalidToken},
		"what is no ASCII":      {[]string{"Bearer abé"}, "", refuseInvalidToken},
		"what is no UTF-8":      {[]string{"Bearer ab\xff"}, "", refuseInvalidToken},
		"a tab for the space":   {[]string{"Bearer\tabc"}, "", refuseNoToken},
		"a control at its end":  {[]string{"Bearer abc\x00"}, "", refuseInvalidToken},
		"quotes of other forms": {[]string{`Bearer "abc"`}, "", refuseInvalidToken},
	} {
		t.Run(name, func(t *testing.T) {
			token, refused := bearerToken(it.headers)
			if token != it.token || refused != it.refused {
				t.Errorf("got %q, %+v", token, refused)
			}
		})
	}
}
