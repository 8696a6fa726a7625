package securetoken

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

type role string

func TestAdditionalDataArrivesAsJSONWould(t *testing.T) {
	data := map[string]any{
		"nil":    nil,
		"bool":   true,
		"text":   "متن \uFEFF",
		"ints":   []any{1, int8(-2), uint64(maxSafeInteger), int64(-maxSafeInteger)},
		"floats": []float64{0.1, math.MaxFloat64, 5e-324},
		"number": json.Number("2.50"),
		"named":  map[role][]role{"roles": {"admin"}},
		"empty":  []any{map[string]any{}, []string{}, []string(nil), map[string]int(nil)},
	}
	message, err := toStruct(data)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"nil":    nil,
		"bool":   true,
		"text":   "متن \uFEFF",
		"ints":   []any{1.0, -2.0, 9007199254740991.0, -9007199254740991.0},
		"floats": []any{0.1, math.MaxFloat64, 5e-324},
		"number": 2.5,
		"named":  map[string]any{"roles": []any{"admin"}},
		"empty":  []any{map[string]any{}, []any{}, nil, nil},
	}
	if got := message.AsMap(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v", got)
	}
	if message, err := toStruct(nil); message != nil || err != nil {
		t.Errorf("nil became %v, %v", message, err)
	}
}

func TestWhatJSONCannotHoldIsRefused(t *testing.T) {
	cycle := map[string]any{}
	cycle["self"] = []any{cycle}
	cases := map[string]struct {
		value any
		rule  string
	}{
		"NaN":                    {math.NaN(), "finite"},
		"infinity":               {float32(math.Inf(-1)), "finite"},
		"a number beyond double": {json.Number("1e400"), "finite"},
		"2^53":                   {1 << 53, "only: write a larger one as a string"},
		"-2^53":                  {int64(-1 << 53), "only: write a larger one as a string"},
		"unsigned 2^53":          {uint(1 << 53), "only: write a larger one as a string"},
		"digits as text":         {json.Number("18446744073709551615"), "only: write a larger one as a string"},
		"a number that is none":  {json.Number("0x10"), "JSON values"},
		"text that is no text":   {"\xff", "well-formed"},
		"a name that is no text": {map[string]any{"\xff": 1}, "well-formed"},
		"bytes":                  {[]byte("a"), "JSON values"},
		"a struct":               {struct{ A int }{1}, "JSON values"},
		"a pointer":              {new(int), "JSON values"},
		"a function":             {func() {}, "JSON values"},
		"names that are numbers": {map[int]string{1: "a"}, "JSON values"},
		"a cycle":                {cycle, "levels deep"},
	}
	for name, it := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := toStruct(map[string]any{"nested": []any{it.value}})
			refused, ok := err.(*TokenError)
			if !ok || refused.Field != "additionalData" || refused.Reason != ReasonAdditionalDataInvalid {
				t.Fatalf("got %#v", err)
			}
			if !strings.Contains(refused.Message, it.rule) {
				t.Errorf("says %q", refused.Message)
			}
		})
	}
}

func TestThirtyTwoLevelsAreSent(t *testing.T) {
	nested := func(levels int) map[string]any {
		data := map[string]any{}
		for range levels - 1 {
			data = map[string]any{"n": data}
		}
		return data
	}
	if _, err := toStruct(nested(32)); err != nil {
		t.Error(err)
	}
	if _, err := toStruct(nested(33)); err == nil {
		t.Error("33 levels are sent")
	}
}

func TestIntegersBeyondADoubleStayText(t *testing.T) {
	got, err := parseExactJSON(`{"a": [9007199254740991, 9007199254740992, -9007199254740993, 1e20, 1e400, 0.5]}`)
	want := map[string]any{"a": []any{
		9007199254740991.0, json.Number("9007199254740992"), json.Number("-9007199254740993"),
		1e20, json.Number("1e400"), 0.5,
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, %v", got, err)
	}
}
