package securetoken

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strconv"
	"unicode/utf8"

	"google.golang.org/protobuf/types/known/structpb"
)

// maxLevels is the server's limit. It holds here as well because a cycle must end somewhere, and because
// decoders stop at 100 nested messages, of which every level takes several.
const maxLevels = 32

// maxSafeInteger is 2^53 - 1: up to it, a double holds every integer.
const maxSafeInteger = 1<<53 - 1

// toStruct refuses what would not arrive as it is. How large the data may be is the server's to say.
func toStruct(data map[string]any) (*structpb.Struct, error) {
	if data == nil {
		return nil, nil
	}
	value, err := toValue(reflect.ValueOf(data), 0)
	if err != nil {
		return nil, err
	}
	return value.GetStructValue(), nil
}

func toValue(value reflect.Value, depth int) (*structpb.Value, error) {
	if number, ok := asNumber(value); ok {
		return parseNumber(number)
	}
	switch value.Kind() {
	case reflect.Invalid:
		return structpb.NewNullValue(), nil
	case reflect.Bool:
		return structpb.NewBoolValue(value.Bool()), nil
	case reflect.String:
		return toText(value.String())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if value.Int() > maxSafeInteger || value.Int() < -maxSafeInteger {
			return nil, tooLong()
		}
		return structpb.NewNumberValue(float64(value.Int())), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if value.Uint() > maxSafeInteger {
			return nil, tooLong()
		}
		return structpb.NewNumberValue(float64(value.Uint())), nil
	case reflect.Float32, reflect.Float64:
		if math.IsNaN(value.Float()) || math.IsInf(value.Float(), 0) {
			return nil, broken("must hold finite numbers only")
		}
		return structpb.NewNumberValue(value.Float()), nil
	case reflect.Interface, reflect.Map, reflect.Slice:
		if value.IsNil() {
			return structpb.NewNullValue(), nil
		}
	}
	return toContainer(value, depth)
}

func toContainer(value reflect.Value, depth int) (*structpb.Value, error) {
	if value.Kind() == reflect.Interface {
		return toValue(value.Elem(), depth)
	}
	if depth >= maxLevels {
		return nil, broken("must be at most " + strconv.Itoa(maxLevels) + " levels deep")
	}
	switch {
	case value.Kind() == reflect.Map && value.Type().Key().Kind() == reflect.String:
		fields := make(map[string]*structpb.Value, value.Len())
		for entry := value.MapRange(); entry.Next(); {
			name, err := toText(entry.Key().String())
			if err != nil {
				return nil, err
			}
			if fields[name.GetStringValue()], err = toValue(entry.Value(), depth+1); err != nil {
				return nil, err
			}
		}
		return structpb.NewStructValue(&structpb.Struct{Fields: fields}), nil
	case value.Kind() == reflect.Slice && value.Type().Elem().Kind() != reflect.Uint8:
		items := make([]*structpb.Value, value.Len())
		for i := range items {
			var err error
			if items[i], err = toValue(value.Index(i), depth+1); err != nil {
				return nil, err
			}
		}
		return structpb.NewListValue(&structpb.ListValue{Values: items}), nil
	default:
		return nil, broken("must hold JSON values only")
	}
}

func toText(text string) (*structpb.Value, error) {
	if !utf8.ValidString(text) {
		return nil, broken("must hold well-formed Unicode only")
	}
	return structpb.NewStringValue(text), nil
}

func asNumber(value reflect.Value) (json.Number, bool) {
	if !value.IsValid() || !value.CanInterface() {
		return "", false
	}
	number, ok := value.Interface().(json.Number)
	return number, ok
}

// parseNumber takes a number as [Claims] may hold it.
func parseNumber(number json.Number) (*structpb.Value, error) {
	value, err := number.Float64()
	switch {
	case errors.Is(err, strconv.ErrRange):
		return nil, broken("must hold finite numbers only")
	case err != nil || !json.Valid([]byte(number)):
		return nil, broken("must hold JSON values only")
	case !isExact(number, value):
		return nil, tooLong()
	default:
		return structpb.NewNumberValue(value), nil
	}
}

func tooLong() error {
	return broken("must hold integers from -(2^53 - 1) to 2^53 - 1 only: write a larger one as a string")
}

func broken(rule string) error {
	return refused("additional_data", ReasonAdditionalDataInvalid, "additional_data "+rule)
}
