package dev.securetoken;

import java.util.List;

/**
 * What a request must present to pass a {@link TokenGuard}. There is no default: nothing that was
 * forgotten admits anybody.
 */
public final class Requirement {
  private static final Requirement ANY_VALID_TOKEN = new Requirement(Kind.TOKEN, List.of());
  private static final Requirement OPTIONAL = new Requirement(Kind.OPTIONAL, List.of());
  private static final Requirement OPEN = new Requirement(Kind.OPEN, List.of());

  private final Kind kind;
  private final List<String> permissions;

  private enum Kind {
    ALL,
    ANY,
    TOKEN,
    OPTIONAL,
    OPEN
  }

  private Requirement(Kind kind, List<String> permissions) {
    this.kind = kind;
    this.permissions = permissions;
  }

  /** Whether another one is met by the same tokens, as far as the two are written alike. */
  boolean requiresAs(Requirement other) {
    return kind == other.kind && permissions.equals(other.permissions);
  }

  /**
   * A valid token with all of the permissions.
   *
   * @param permissions one at least, each compared exactly
   * @return the requirement
   * @throws IllegalArgumentException for no permission or an empty one
   */
  public static Requirement allOf(String... permissions) {
    return new Requirement(Kind.ALL, checked(permissions));
  }

  /**
   * A valid token with one of the permissions at least.
   *
   * @param permissions one at least, each compared exactly
   * @return the requirement
   * @throws IllegalArgumentException for no permission or an empty one
   */
  public static Requirement anyOf(String... permissions) {
    return new Requirement(Kind.ANY, checked(permissions));
  }

  /**
   * A valid token, whatever it permits.
   *
   * @return the requirement
   */
  public static Requirement anyValidToken() {
    return ANY_VALID_TOKEN;
  }

  /**
   * No token, or a valid one. A token that is there and is not valid is refused.
   *
   * @return the requirement
   */
  public static Requirement optional() {
    return OPTIONAL;
  }

  /**
   * Nothing: the guard does not look at the request's token.
   *
   * @return the requirement
   */
  public static Requirement open() {
    return OPEN;
  }

  boolean isOpen() {
    return kind == Kind.OPEN;
  }

  boolean isOptional() {
    return kind == Kind.OPTIONAL;
  }

  List<String> permissions() {
    return permissions;
  }

  boolean isMetBy(Claims claims) {
    switch (kind) {
      case ALL:
        return claims.permissions().containsAll(permissions);
      case ANY:
        return permissions.stream().anyMatch(claims::hasPermission);
      default:
        return kind == Kind.TOKEN || kind == Kind.OPTIONAL;
    }
  }

  private static List<String> checked(String[] permissions) {
    if (permissions == null || permissions.length == 0) {
      throw new IllegalArgumentException(
          "a requirement names no permission: use anyValidToken() where any valid token will do");
    }
    for (String permission : permissions) {
      if (permission == null || permission.isEmpty()) {
        throw new IllegalArgumentException("a permission of a requirement is empty");
      }
    }
    return List.of(permissions);
  }

  @Override
  public String toString() {
    return kind + permissions.toString();
  }
}
