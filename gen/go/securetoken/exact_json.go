package securetoken

import (
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
)

// parseExactJSON reads a JSON object in which integers may have any number of digits.
func parseExactJSON(text string) (map[string]any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var object map[string]any
	if err := decoder.Decode(&object); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("text after the object")
	}
	if object == nil {
		return nil, errors.New("no object")
	}
	return plainNumbers(object).(map[string]any), nil
}

// plainNumbers turns every number that a float64 holds exactly into one, so that a type assertion that
// works with one token works with the next.
func plainNumbers(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			value[name] = plainNumbers(member)
		}
	case []any:
		for i, item := range value {
			value[i] = plainNumbers(item)
		}
	case json.Number:
		if number, err := value.Float64(); err == nil && isExact(value, number) {
			return number
		}
	}
	return value
}

// isExact is false for an integer beyond ±(2^53 - 1), of which value may be a neighbour.
func isExact(number json.Number, value float64) bool {
	return strings.ContainsAny(number.String(), ".eE") || math.Abs(value) <= maxSafeInteger
}
