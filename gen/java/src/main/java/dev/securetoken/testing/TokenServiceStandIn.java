package dev.securetoken.testing;

import dev.securetoken.v1.RevocationTarget;
import dev.securetoken.v1.TokenClaims;
import dev.securetoken.v1.UserTarget;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A token service in memory, for the tests of programs that check tokens. It answers clients, guards
 * and verifiers as the service does, on a loopback port of its own.
 *
 * <p>It serves GenerateToken, ValidateToken, CheckPermission, CheckPermissions, BatchValidateTokens,
 * IntrospectToken, RevokeTokens and WatchRevocations; other calls end with UNIMPLEMENTED. Its tokens
 * are opaque texts that only it knows. It knows no callers, and has none of the service's limits: use
 * it in tests only.
 */
public final class TokenServiceStandIn implements AutoCloseable {
  private final Tokens tokens = new Tokens();
  private Feeds feeds;
  private Server server;
  private int port;

  /** Starts to listen. */
  public TokenServiceStandIn() {
    comeBack();
  }

  /**
   * Where it listens, for {@link dev.securetoken.SecureTokenClient#builder(String)}.
   *
   * @return {@code http://127.0.0.1:port}
   */
  public String address() {
    return "http://127.0.0.1:" + port;
  }

  /**
   * A valid token for a day, without a call. For more than this, call GenerateToken with a client.
   *
   * @param userId whom it speaks for
   * @param permissions what it permits
   * @return the token
   */
  public String issue(String userId, String... permissions) {
    return issue(userId, Duration.ofDays(1), permissions);
  }

  /**
   * The same for another lifetime.
   *
   * @param userId whom it speaks for
   * @param lifetime how long it is valid
   * @param permissions what it permits
   * @return the token
   */
  public String issue(String userId, Duration lifetime, String... permissions) {
    TokenClaims.Builder claims =
        TokenClaims.newBuilder().setUserId(userId).addAllPermissions(List.of(permissions));
    return tokens.issue(claims, lifetime);
  }

  /**
   * Ends a token's life at once. A verifier that knows the token believes it until it would have
   * expired: for those, {@link #revoke}.
   *
   * @param token a token of this stand-in
   * @throws IllegalArgumentException for any other
   */
  public void expire(String token) {
    tokens.expire(token);
  }

  /**
   * Sets this service's clock forward: tokens expire by it.
   *
   * @param length by how much
   */
  public void advance(Duration length) {
    tokens.advance(length);
  }

  /**
   * Takes a token back.
   *
   * @param token the token
   */
  public void revoke(String token) {
    revoke(RevocationTarget.newBuilder().setToken(token).build());
  }

  /**
   * Takes a session's tokens back.
   *
   * @param sessionId as in the answers about its tokens
   */
  public void revokeSession(String sessionId) {
    revoke(RevocationTarget.newBuilder().setSessionId(sessionId).build());
  }

  /**
   * Takes back a user's tokens that were issued until now.
   *
   * @param userId whose tokens
   */
  public void revokeUser(String userId) {
    UserTarget user = UserTarget.newBuilder().setUserId(userId).build();
    revoke(RevocationTarget.newBuilder().setUser(user).build());
  }

  private void revoke(RevocationTarget target) {
    tokens.revoke(target, "");
    Feeds current = feeds;
    if (current != null) {
      current.changed();
    }
  }

  /** Ends the connections, and refuses new ones until {@link #comeBack}. */
  public void goAway() {
    if (server == null) {
      return;
    }
    feeds.close();
    server.shutdownNow();
    try {
      server.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    server = null;
    feeds = null;
  }

  /** Listens again at the same address, with the tokens and revocations from before. */
  public void comeBack() {
    if (server != null) {
      return;
    }
    feeds = new Feeds(tokens);
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    try {
      server =
          NettyServerBuilder.forAddress(address)
              .addService(new StandInService(tokens, feeds))
              .build()
              .start();
    } catch (IOException error) {
      feeds.close();
      throw new UncheckedIOException(error);
    }
    port = server.getPort();
  }

  /** Ends the service. */
  @Override
  public void close() {
    goAway();
  }
}
