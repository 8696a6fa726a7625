package dev.securetoken;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.securetoken.v1.Revocation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The revocations in force. Read by any thread, changed by one at a time. */
final class LiveSet {
  /** The most revocations that are held; beyond it nothing is vouched for. */
  static final int MAX_ENTRIES = 10_000_000;

  private static final int HASH_BYTES = 32;
  private static final int SMALL = 10_000;

  /** A set that is not small is swept so often at most. */
  private static final long SWEEP_MILLIS = 60_000;

  private static final CutOff NOTHING = new CutOff(Long.MIN_VALUE, Long.MIN_VALUE);

  private final int maxEntries;

  // Each with the second after which no token that it hits is valid.
  private final Map<String, Long> tokens = new ConcurrentHashMap<>();
  private final Map<String, Long> sessions = new ConcurrentHashMap<>();
  private final Map<ByteString, CutOff> users = new ConcurrentHashMap<>();
  private volatile CutOff everything = NOTHING;

  /**
   * The latest end of what was dropped and not told again, in seconds. A wall clock that runs ahead
   * drops too early: a token that ends at this second or before it cannot be vouched for.
   */
  private volatile long forgottenUntil = Long.MIN_VALUE;

  /** The same of what was dropped since the present feed was asked for. */
  private long forgottenSince = Long.MIN_VALUE;

  private long firstEnd = Long.MAX_VALUE;
  private long sweptAt;

  LiveSet() {
    this(MAX_ENTRIES);
  }

  LiveSet(int maxEntries) {
    this.maxEntries = maxEntries;
  }

  int size() {
    return tokens.size() + sessions.size() + users.size() + (everything == NOTHING ? 0 : 1);
  }

  /** Whether a token is revoked. */
  boolean hits(KeptAnswer token) {
    if (tokens.containsKey(token.claims.tokenId())
        || sessions.containsKey(token.claims.sessionId())) {
      return true;
    }
    CutOff cutOff = users.get(token.userHash);
    return (cutOff != null && token.beginsMicros <= cutOff.micros)
        || token.beginsMicros <= everything.micros;
  }

  /** Whether a token may have been hit by an entry that is dropped. */
  boolean mayHaveForgotten(KeptAnswer token) {
    return token.claims.expiresAt().getEpochSecond() <= forgottenUntil;
  }

  /** A feed is asked for. */
  void begin() {
    forgottenSince = Long.MIN_VALUE;
  }

  /** The feed has told all that was in force when it was asked for. */
  void relearn() {
    forgottenUntil = forgottenSince;
  }

  /** Whether what was dropped has yet to end by the wall clock, which ran ahead then. */
  boolean hasForgotten(long wallMillis) {
    return forgottenUntil > TimeUnit.MILLISECONDS.toSeconds(wallMillis);
  }

  /** Takes entries. Throws {@link FeedException}, {@link TooManyRevocationsException} too. */
  void add(List<Revocation> revocations) {
    for (Revocation revocation : revocations) {
      if (size() >= maxEntries) {
        throw new TooManyRevocationsException(maxEntries);
      }
      add(revocation);
    }
  }

  private void add(Revocation entry) {
    if (!entry.hasExpiresAt()) {
      throw new FeedException("a revocation without an end");
    }
    long end = instant(entry.getExpiresAt()).getEpochSecond() + 1;
    firstEnd = Math.min(firstEnd, end);
    switch (entry.getTargetCase()) {
      case TOKEN_ID:
        lengthen(tokens, entry.getTokenId(), end);
        break;
      case SESSION_ID:
        lengthen(sessions, entry.getSessionId(), end);
        break;
      case USER_ID_SHA256:
        if (entry.getUserIdSha256().size() != HASH_BYTES) {
          throw new FeedException("the hash of a user's id has not 32 bytes");
        }
        users.merge(entry.getUserIdSha256(), CutOff.of(entry, end), CutOff::later);
        break;
      case EVERYTHING:
        if (!entry.getEverything()) {
          throw new FeedException("a revocation of nothing");
        }
        everything = everything.later(CutOff.of(entry, end));
        break;
      default:
        throw new FeedException("a revocation of an unknown kind");
    }
  }

  /** Keeps an entry until the later of its ends. */
  private static void lengthen(Map<String, Long> ends, String id, long end) {
    if (id.isEmpty()) {
      throw new FeedException("an id of no characters");
    }
    ends.merge(id, end, Math::max);
  }

  private static Instant instant(Timestamp timestamp) {
    return Times.toInstant(timestamp)
        .orElseThrow(() -> new FeedException("an instant of no year from 1 to 9999"));
  }

  /** Drops what has expired by the wall clock. */
  void sweep(long wallMillis) {
    long now = TimeUnit.MILLISECONDS.toSeconds(wallMillis);
    boolean isEarly = size() > SMALL && Math.abs(wallMillis - sweptAt) < SWEEP_MILLIS;
    if (firstEnd >= now || isEarly) {
      return;
    }
    sweptAt = wallMillis;
    firstEnd = Long.MAX_VALUE;
    tokens.values().removeIf(end -> hasEnded(end, now));
    sessions.values().removeIf(end -> hasEnded(end, now));
    users.values().removeIf(cutOff -> hasEnded(cutOff.end, now));
    if (everything != NOTHING && hasEnded(everything.end, now)) {
      everything = NOTHING;
    }
  }

  /** Remembers of an entry that it is forgotten, or when it will be. */
  private boolean hasEnded(long end, long now) {
    if (end >= now) {
      firstEnd = Math.min(firstEnd, end);
      return false;
    }
    forgottenUntil = Math.max(forgottenUntil, end);
    forgottenSince = Math.max(forgottenSince, end);
    return true;
  }

  /** Tokens issued at an instant or earlier are revoked. */
  private static final class CutOff {
    final long micros;
    final long end;

    CutOff(long micros, long end) {
      this.micros = micros;
      this.end = end;
    }

    static CutOff of(Revocation entry, long end) {
      if (!entry.hasIssuedBefore()) {
        throw new FeedException("a cut-off without an instant");
      }
      Instant at = instant(entry.getIssuedBefore());
      return new CutOff(at.getEpochSecond() * 1_000_000 + at.getNano() / 1000, end);
    }

    /** The one that hits whatever one of the two hits, for as long as one of them does. */
    CutOff later(CutOff other) {
      return new CutOff(Math.max(micros, other.micros), Math.max(end, other.end));
    }
  }
}
