package dev.securetoken;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a new token holds beside its user. Immutable: every method gives a changed copy.
 *
 * <pre>{@code
 * GenerateOptions.permissions("read", "write").expiresIn(Duration.ofHours(1))
 * }</pre>
 */
public final class GenerateOptions {
  private static final GenerateOptions DEFAULTS =
      new GenerateOptions(List.of(), null, Map.of(), List.of());

  private final List<String> permissions;
  private final Duration expiresIn;
  private final Map<String, Object> additionalData;
  private final List<String> audiences;

  private GenerateOptions(
      List<String> permissions,
      Duration expiresIn,
      Map<String, Object> additionalData,
      List<String> audiences) {
    this.permissions = permissions;
    this.expiresIn = expiresIn;
    this.additionalData = additionalData;
    this.audiences = audiences;
  }

  /**
   * No permissions, the server's default lifetime, no additional data, no audiences.
   *
   * @return the options to start from
   */
  public static GenerateOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The defaults with permissions.
   *
   * @param permissions as {@link #withPermissions(Collection)}
   * @return the options
   */
  public static GenerateOptions permissions(String... permissions) {
    return DEFAULTS.withPermissions(Arrays.asList(permissions));
  }

  /**
   * What the token permits.
   *
   * @param permissions at most 64, each of 2 to 30 printable code points; duplicates are dropped
   * @return a changed copy
   */
  public GenerateOptions withPermissions(Collection<String> permissions) {
    List<String> copy = Collections.unmodifiableList(new ArrayList<>(permissions));
    return new GenerateOptions(copy, expiresIn, additionalData, audiences);
  }

  /**
   * How long the token lives.
   *
   * @param expiresIn above zero, at most 8760 hours; {@code null}: the server's default
   * @return a changed copy
   */
  public GenerateOptions expiresIn(Duration expiresIn) {
    return new GenerateOptions(permissions, expiresIn, additionalData, audiences);
  }

  /**
   * Anything else that the token should carry.
   *
   * @param additionalData {@code null}, booleans, finite numbers, strings, collections, and maps
   *     with names of text; at most 4 KiB as JSON, 32 levels, 256 values. Integers beyond
   *     2<sup>53</sup> − 1 are refused, for a double would lose their digits: send them as text.
   * @return a changed copy
   */
  public GenerateOptions additionalData(Map<String, ?> additionalData) {
    Map<String, Object> copy = Collections.unmodifiableMap(new LinkedHashMap<>(additionalData));
    return new GenerateOptions(permissions, expiresIn, copy, audiences);
  }

  /**
   * The services that the token is meant for. A token without any is refused wherever an audience is
   * required, as by {@link TokenGuard.Builder#audience}.
   *
   * @param audiences at most 16, each of 1 to 256 code points without control characters, none twice
   * @return a changed copy
   */
  public GenerateOptions audiences(String... audiences) {
    return withAudiences(Arrays.asList(audiences));
  }

  /**
   * The same for a collection.
   *
   * @param audiences as {@link #audiences(String...)}
   * @return a changed copy
   */
  public GenerateOptions withAudiences(Collection<String> audiences) {
    List<String> copy = Collections.unmodifiableList(new ArrayList<>(audiences));
    return new GenerateOptions(permissions, expiresIn, additionalData, copy);
  }

  List<String> permissionList() {
    return permissions;
  }

  Duration lifetime() {
    return expiresIn;
  }

  Map<String, Object> data() {
    return additionalData;
  }

  List<String> audienceList() {
    return audiences;
  }
}
