package dev.securetoken;

import java.util.Objects;

/** The answer for one permission. */
public final class PermissionResult {
  private final String permission;
  private final boolean granted;

  PermissionResult(String permission, boolean granted) {
    this.permission = permission;
    this.granted = granted;
  }

  /**
   * The permission that was asked for.
   *
   * @return the permission
   */
  public String permission() {
    return permission;
  }

  /**
   * Whether the token holds it.
   *
   * @return whether it does
   */
  public boolean granted() {
    return granted;
  }

  /**
   * As {@link #permission()}, for JSON and beans.
   *
   * @return the same
   */
  public String getPermission() {
    return permission();
  }

  /**
   * As {@link #granted()}, for JSON and beans.
   *
   * @return the same
   */
  public boolean getGranted() {
    return granted();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PermissionResult
        && permission.equals(((PermissionResult) other).permission)
        && granted == ((PermissionResult) other).granted;
  }

  @Override
  public int hashCode() {
    return Objects.hash(permission, granted);
  }

  @Override
  public String toString() {
    return permission + "=" + granted;
  }
}
