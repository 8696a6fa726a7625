package dev.securetoken.grpc;

import dev.securetoken.Requirement;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What the calls of a gRPC server require, by full method or by service. */
final class GrpcRules {
  private static final String NAME = "[A-Za-z_][A-Za-z0-9_]*+";
  private static final Pattern RULE =
      Pattern.compile("/" + NAME + "(?:\\." + NAME + ")*+/(?:" + NAME + ")?+");

  private final Map<String, Requirement> rules = new TreeMap<>();

  GrpcRules(Map<String, Requirement> given) {
    if (given == null || given.isEmpty()) {
      throw new IllegalArgumentException("there is no rule: every call would be refused");
    }
    given.forEach(
        (rule, requirement) -> {
          if (rule == null || !RULE.matcher(rule).matches()) {
            throw new IllegalArgumentException(
                "rule \"" + rule + "\" must be /package.Service/Method or /package.Service/");
          }
          if (requirement == null) {
            throw new IllegalArgumentException("rule \"" + rule + "\" has no requirement");
          }
          rules.put(rule, requirement);
        });
  }

  /** What a call requires; a method's own rule counts before its service's. */
  Optional<Requirement> find(String fullMethodName) {
    String method = "/" + fullMethodName;
    Requirement own = rules.get(method);
    String service = method.substring(0, method.lastIndexOf('/') + 1);
    return Optional.ofNullable(own == null ? rules.get(service) : own);
  }

  /** Refuses rules for what a server does not serve. */
  void check(Server server) {
    TreeSet<String> served = new TreeSet<>();
    for (ServerServiceDefinition service : server.getServices()) {
      served.add("/" + service.getServiceDescriptor().getName() + "/");
      service.getMethods().forEach(it -> served.add("/" + it.getMethodDescriptor().getFullMethodName()));
    }
    for (String rule : rules.keySet()) {
      if (!served.contains(rule)) {
        throw new IllegalArgumentException("rule \"" + rule + "\": the server does not serve it");
      }
    }
  }
}
