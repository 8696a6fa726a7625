package securetoken

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/grpc"
)

// Policy says what each method of a gRPC server requires. A key is a full method, "/notes.v1.Notes/List",
// or a service with a slash at its end, "/notes.v1.Notes/", for those of its methods that have no key.
// A method that is not in it is refused: PERMISSION_DENIED.
type Policy map[string]Requirement

// fullMethod is /package.Service/Method, or the same without its method. It backtracks nowhere.
var fullMethod = regexp.MustCompile(`^/[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*/([A-Za-z_][A-Za-z0-9_]*)?$`)

// parsePolicy copies a policy that can work.
func parsePolicy(policy Policy) (Policy, error) {
	if len(policy) == 0 {
		return nil, errors.New("the policy is empty: it would refuse every call")
	}
	copied := make(Policy, len(policy))
	for method, requirement := range policy {
		if !fullMethod.MatchString(method) {
			return nil, fmt.Errorf("rule %q must be /package.Service/Method, or /package.Service/ for the whole service", method)
		}
		if err := requirement.check(); err != nil {
			return nil, fmt.Errorf("rule %q: %w", method, err)
		}
		copied[method] = Requirement{requirement.kind, slices.Clone(requirement.permissions)}
	}
	return copied, nil
}

func (p Policy) of(method string) (Requirement, bool) {
	requirement, ok := p[method]
	if !ok {
		requirement, ok = p[method[:strings.LastIndexByte(method, '/')+1]]
	}
	return requirement, ok
}

// checkAgainst finds the rules for what a server does not serve.
func (p Policy) checkAgainst(services map[string]grpc.ServiceInfo) error {
	var faults []error
	for rule := range p {
		service, method, _ := strings.Cut(rule[1:], "/")
		info, ok := services[service]
		switch {
		case !ok:
			faults = append(faults, fmt.Errorf("rule %q: the server has no service %s", rule, service))
		case method != "" && !slices.ContainsFunc(info.Methods, func(it grpc.MethodInfo) bool { return it.Name == method }):
			faults = append(faults, fmt.Errorf("rule %q: the service has no method %s", rule, method))
		}
	}
	slices.SortFunc(faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(faults...)
}
