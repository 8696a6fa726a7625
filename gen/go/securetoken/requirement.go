package securetoken

import (
	"errors"
	"fmt"
	"slices"
)

// Requirement is what a request must present. The zero value, Require() and AnyOf() without a permission
// require nothing that could be checked: policies that hold one are refused.
type Requirement struct {
	kind        requirementKind
	permissions []string
}

func (r Requirement) equals(other Requirement) bool {
	return r.kind == other.kind && slices.Equal(r.permissions, other.permissions)
}

type requirementKind int

const (
	requireNothing requirementKind = iota // the zero value: a mistake
	requireAll
	requireAny
	requireToken
	requireOptional
	requireOpen
)

// Require is a valid token with all of the permissions, each compared exactly.
func Require(permissions ...string) Requirement {
	return Requirement{kind: requireAll, permissions: slices.Clone(permissions)}
}

// AnyOf is a valid token with one of the permissions at least.
func AnyOf(permissions ...string) Requirement {
	return Requirement{kind: requireAny, permissions: slices.Clone(permissions)}
}

// AnyValidToken is a valid token, whatever it permits.
func AnyValidToken() Requirement {
	return Requirement{kind: requireToken}
}

// Optional is no token or a valid one: a handler finds claims or none. A token that is there and is not
// valid is refused.
func Optional() Requirement {
	return Requirement{kind: requireOptional}
}

// Public is nothing, for health checks and the like: the guard does not look at the request's token.
func Public() Requirement {
	return Requirement{kind: requireOpen}
}

// check refuses a requirement that was not thought of.
func (r Requirement) check() error {
	switch {
	case r.kind == requireNothing:
		return errors.New("the requirement is empty: use AnyValidToken, Require, AnyOf, Optional or Public")
	case len(r.permissions) == 0 && (r.kind == requireAll || r.kind == requireAny):
		return errors.New("the requirement names no permission: use AnyValidToken where any valid token will do")
	}
	for i, permission := range r.permissions {
		if permission == "" {
			return fmt.Errorf("permission %d of the requirement is empty", i+1)
		}
	}
	return nil
}

func (r Requirement) isMetBy(claims *Claims) bool {
	switch r.kind {
	case requireAll:
		return !slices.ContainsFunc(r.permissions, func(it string) bool { return !claims.HasPermission(it) })
	case requireAny:
		return slices.ContainsFunc(r.permissions, claims.HasPermission)
	default:
		return r.kind == requireToken || r.kind == requireOptional
	}
}
