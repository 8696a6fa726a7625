package dev.securetoken;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Kept answers by the digests of their tokens; the least recently used gives way. */
final class KeptAnswers {
  private final int maxEntries;
  private final long maxBytes;
  private final Map<TokenDigest, KeptAnswer> kept = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  KeptAnswers(int maxEntries, long maxBytes) {
    this.maxEntries = maxEntries;
    this.maxBytes = maxBytes;
  }

  /** A kept answer, which becomes the most recently used; {@code null} where there is none. */
  synchronized KeptAnswer get(TokenDigest digest) {
    return kept.get(digest);
  }

  synchronized void put(TokenDigest digest, KeptAnswer answer) {
    KeptAnswer before = kept.put(digest, answer);
    bytes += answer.bytes - (before == null ? 0 : before.bytes);
    Iterator<KeptAnswer> eldest = kept.values().iterator();
    while (kept.size() > maxEntries || bytes > maxBytes) {
      bytes -= eldest.next().bytes;
      eldest.remove();
    }
  }

  /** Forgets an answer, unless another has taken its place. */
  synchronized void drop(TokenDigest digest, KeptAnswer answer) {
    if (kept.remove(digest, answer)) {
      bytes -= answer.bytes;
    }
  }

  synchronized int size() {
    return kept.size();
  }

  synchronized long bytes() {
    return bytes;
  }
}
