package dev.securetoken;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** How a server makes tokens. Holds no byte of a key. */
public final class ServiceConfig {
  private final String algorithm;
  private final String version;
  private final long iterations;
  private final byte[] salt;
  private final Duration defaultExpiresIn;
  private final List<KeyInfo> keys;
  private final String serverVersion;
  private final String caller;
  private final List<String> callerRpcs;

  ServiceConfig(
      String algorithm,
      String version,
      long iterations,
      byte[] salt,
      Duration defaultExpiresIn,
      List<KeyInfo> keys,
      String serverVersion,
      String caller,
      List<String> callerRpcs) {
    this.algorithm = algorithm;
    this.version = version;
    this.iterations = iterations;
    this.salt = salt.clone();
    this.defaultExpiresIn = defaultExpiresIn;
    this.keys = List.copyOf(keys);
    this.serverVersion = serverVersion;
    this.caller = caller;
    this.callerRpcs = List.copyOf(callerRpcs);
  }

  /**
   * How tokens are encrypted and signed.
   *
   * @return {@code Fernet-PBKDF2-SHA256}
   */
  public String algorithm() {
    return algorithm;
  }

  /**
   * The version that tokens carry.
   *
   * @return {@code 1.0}
   */
  public String version() {
    return version;
  }

  /**
   * PBKDF2 iterations of the primary key.
   *
   * @return the number of iterations
   */
  public long iterations() {
    return iterations;
  }

  /**
   * PBKDF2 salt of the primary key. Not secret, yet worth nothing to those who need not know it.
   *
   * @return a copy of its bytes
   */
  public byte[] salt() {
    return salt.clone();
  }

  /**
   * The lifetime of a token whose request names none.
   *
   * @return the duration
   */
  public Duration defaultExpiresIn() {
    return defaultExpiresIn;
  }

  /**
   * Every key that the server decrypts with.
   *
   * @return an immutable list, the primary key first
   */
  public List<KeyInfo> keys() {
    return keys;
  }

  /**
   * The server's own version.
   *
   * @return {@code 0.1.0}, or empty from servers that are too old to tell it
   */
  public String serverVersion() {
    return serverVersion;
  }

  /**
   * The name by which the server knows this caller.
   *
   * @return the name, or empty where the server has no callers file
   */
  public String caller() {
    return caller;
  }

  /**
   * The RPCs that this caller may call.
   *
   * @return an immutable list of names such as {@code ValidateToken}; empty where the caller's name is
   */
  public List<String> callerRpcs() {
    return callerRpcs;
  }

  /**
   * As {@link #algorithm()}, for JSON and beans.
   *
   * @return the same
   */
  public String getAlgorithm() {
    return algorithm();
  }

  /**
   * As {@link #version()}, for JSON and beans.
   *
   * @return the same
   */
  public String getVersion() {
    return version();
  }

  /**
   * As {@link #iterations()}, for JSON and beans.
   *
   * @return the same
   */
  public long getIterations() {
    return iterations();
  }

  /**
   * As {@link #salt()}, for JSON and beans.
   *
   * @return the same
   */
  public byte[] getSalt() {
    return salt();
  }

  /**
   * As {@link #defaultExpiresIn()}, for JSON and beans.
   *
   * @return the same
   */
  public Duration getDefaultExpiresIn() {
    return defaultExpiresIn();
  }

  /**
   * As {@link #keys()}, for JSON and beans.
   *
   * @return the same
   */
  public List<KeyInfo> getKeys() {
    return keys();
  }

  /**
   * As {@link #serverVersion()}, for JSON and beans.
   *
   * @return the same
   */
  public String getServerVersion() {
    return serverVersion();
  }

  /**
   * As {@link #caller()}, for JSON and beans.
   *
   * @return the same
   */
  public String getCaller() {
    return caller();
  }

  /**
   * As {@link #callerRpcs()}, for JSON and beans.
   *
   * @return the same
   */
  public List<String> getCallerRpcs() {
    return callerRpcs();
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof ServiceConfig)) {
      return false;
    }
    ServiceConfig that = (ServiceConfig) other;
    return algorithm.equals(that.algorithm)
        && version.equals(that.version)
        && iterations == that.iterations
        && Arrays.equals(salt, that.salt)
        && defaultExpiresIn.equals(that.defaultExpiresIn)
        && keys.equals(that.keys)
        && serverVersion.equals(that.serverVersion)
        && caller.equals(that.caller)
        && callerRpcs.equals(that.callerRpcs);
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        algorithm,
        version,
        iterations,
        Arrays.hashCode(salt),
        defaultExpiresIn,
        keys,
        serverVersion,
        caller,
        callerRpcs);
  }

  @Override
  public String toString() {
    return String.format(
        "ServiceConfig[algorithm=%s, version=%s, iterations=%d, defaultExpiresIn=%s, keys=%s,"
            + " serverVersion=%s, caller=%s, callerRpcs=%s]",
        algorithm,
        version,
        iterations,
        defaultExpiresIn,
        keys,
        serverVersion,
        caller,
        callerRpcs);
  }
}
