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
		refused RefusalReason
	}{
		"a token":               {[]string{"Bearer abc-._~+/09=="}, "abc-._~+/09==", ""},
		"another case":          {[]string{"bEARER abc"}, "abc", ""},
		"spaces around":         {[]string{"Bearer   abc "}, "abc", ""},
		"tabs around":           {[]string{"\tBearer \tabc\t"}, "abc", ""},
		"a no-break space":      {[]string{"Bearer abc\u00a0"}, "", RefusalTokenInvalid},
		"a next line":           {[]string{"Bearer \u0085abc"}, "", RefusalTokenInvalid},
		"an ideographic space":  {[]string{"Bearer\u3000abc"}, "", RefusalTokenMissing},
		"the longest":           {[]string{"Bearer " + longest}, longest, ""},
		"longer":                {[]string{"Bearer A" + longest}, "", RefusalTokenInvalid},
		"no header":             {nil, "", RefusalTokenMissing},
		"an empty header":       {[]string{""}, "", RefusalTokenMissing},
		"another scheme":        {[]string{"Basic abc"}, "", RefusalTokenMissing},
		"another scheme first":  {[]string{"Basic abc, Bearer abc"}, "", RefusalTokenInvalid},
		"a scheme that begins":  {[]string{"BearerX abc"}, "", RefusalTokenMissing},
		"no token":              {[]string{"Bearer"}, "", RefusalTokenInvalid},
		"a blank token":         {[]string{"Bearer  "}, "", RefusalTokenInvalid},
		"padding alone":         {[]string{"Bearer =="}, "", RefusalTokenInvalid},
		"padding within":        {[]string{"Bearer a=b"}, "", RefusalTokenInvalid},
		"two tokens":            {[]string{"Bearer abc def"}, "", RefusalTokenInvalid},
		"two tokens, a comma":   {[]string{"Bearer abc, Bearer def"}, "", RefusalTokenInvalid},
		"two headers":           {[]string{"Bearer abc", "Bearer abc"}, "", RefusalTokenInvalid},
		"what is no ASCII":      {[]string{"Bearer abé"}, "", RefusalTokenInvalid},
		"what is no UTF-8":      {[]string{"Bearer ab\xff"}, "", RefusalTokenInvalid},
		"a tab for the space":   {[]string{"Bearer\tabc"}, "", RefusalTokenMissing},
		"a control at its end":  {[]string{"Bearer abc\x00"}, "", RefusalTokenInvalid},
		"quotes of other forms": {[]string{`Bearer "abc"`}, "", RefusalTokenInvalid},
	} {
		t.Run(name, func(t *testing.T) {
			token, refused := bearerToken(it.headers)
			if token != it.token || refused != it.refused {
				t.Errorf("got %q, %q", token, refused)
			}
		})
	}
}
