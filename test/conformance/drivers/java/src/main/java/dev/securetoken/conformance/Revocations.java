package dev.securetoken.conformance;

import dev.securetoken.Revocation;
import dev.securetoken.RevocationOutcome;
import dev.securetoken.RevocationPage;
import dev.securetoken.RevocationQuery;
import dev.securetoken.RevocationTarget;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Revocations, as the corpus spells them and as the client takes and gives them. */
final class Revocations {
  private Revocations() {}

  static List<RevocationTarget> targets(Members request) {
    return request.objects("targets").stream()
        .map(Revocations::target)
        .collect(Collectors.toList());
  }

  private static RevocationTarget target(Members target) {
    if (target.has("token")) {
      return RevocationTarget.token(target.text("token"));
    }
    if (target.has("tokenId")) {
      Members named = target.object("tokenId");
      return RevocationTarget.tokenId(named.textOr("tokenId", ""), instant(named, "expiresAt"));
    }
    if (target.has("sessionId")) {
      return RevocationTarget.session(target.text("sessionId"));
    }
    if (target.has("user")) {
      Members named = target.object("user");
      return RevocationTarget.user(named.textOr("userId", ""), instant(named, "issuedBefore"));
    }
    return RevocationTarget.everything(instant(target, "everythingIssuedBefore"));
  }

  private static Instant instant(Members members, String name) {
    return members.has(name) ? Instant.parse(members.text(name)) : null;
  }

  static RevocationQuery query(Members request) {
    RevocationQuery query =
        RevocationQuery.all()
            .user(request.textOr("userId", ""))
            .tokenId(request.textOr("tokenId", ""))
            .pageToken(request.textOr("pageToken", ""));
    return request.has("pageSize")
        ? query.pageSize(((Number) request.get("pageSize")).intValue())
        : query;
  }

  static Map<String, Object> outcomes(List<RevocationOutcome> outcomes) {
    return Map.of(
        "results",
        outcomes.stream()
            .map(it -> Map.of("outcome", "REVOCATION_OUTCOME_" + it.name()))
            .collect(Collectors.toList()));
  }

  static Map<String, Object> page(RevocationPage page) {
    return Map.of(
        "revocations",
        page.revocations().stream().map(Revocations::entry).collect(Collectors.toList()),
        "nextPageToken",
        page.nextPageToken());
  }

  private static Map<String, Object> entry(Revocation entry) {
    Map<String, Object> it = new HashMap<>();
    entry.tokenId().ifPresent(id -> it.put("tokenId", id));
    entry.sessionId().ifPresent(id -> it.put("sessionId", id));
    entry
        .userIdSha256()
        .ifPresent(digest -> it.put("userIdSha256", Base64.getEncoder().encodeToString(digest)));
    if (entry.isEverything()) {
      it.put("everything", true);
    }
    entry.issuedBefore().ifPresent(instant -> it.put("issuedBefore", instant.toString()));
    entry.expiresAt().ifPresent(instant -> it.put("expiresAt", instant.toString()));
    it.put("revokedAt", entry.revokedAt().toString());
    it.put("reason", entry.reason());
    return it;
  }
}
