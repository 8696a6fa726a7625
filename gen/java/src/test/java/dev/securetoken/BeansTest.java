package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.beans.Introspector;
import java.beans.PropertyDescriptor;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What Jackson, Spring and whatever else knows beans finds in results. */
class BeansTest {
  private static final Set<String> CLAIMS =
      Set.of(
          "tokenId",
          "userId",
          "permissions",
          "issuedAt",
          "expiresAt",
          "additionalData",
          "sessionId",
          "keyId",
          "audiences");

  private static void assertProperties(Class<?> type, Set<String> claims, String... others)
      throws Exception {
    Set<String> expected = new TreeSet<>(claims);
    expected.addAll(Set.of(others));
    Set<String> found = new TreeSet<>();
    for (PropertyDescriptor it :
        Introspector.getBeanInfo(type, Object.class).getPropertyDescriptors()) {
      found.add(it.getName());
    }
    assertEquals(expected, found, type.getSimpleName());
  }

  @Test
  void resultsAreBeans() throws Exception {
    assertProperties(
        ValidToken.class,
        CLAIMS,
        "timeRemaining",
        "timeRemainingText",
        "sessionStartedAt",
        "checkedAudience");
    assertProperties(IssuedToken.class, CLAIMS, "token", "clamped");
    assertProperties(PermissionResult.class, Set.of(), "permission", "granted");
    assertProperties(BatchResult.class, Set.of(), "valid", "token", "reason");
    assertProperties(KeyInfo.class, Set.of(), "keyId", "state");
    assertProperties(RevocationPage.class, Set.of(), "revocations", "nextPageToken");
    assertProperties(
        Introspection.class,
        Set.of(),
        "state",
        "active",
        "claims",
        "timeRemaining",
        "timeRemainingText",
        "keyId");
  }
}
