package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HttpRulesTest {
  private static final Requirement REQUIREMENT = Requirement.allOf("read");

  private final HttpRules rules =
      HttpRules.of(Map.of("GET /notes/*", REQUIREMENT, "GET /notes/archive/*", REQUIREMENT));

  private Optional<Requirement> find(String path) {
    return rules.find("GET", path, path);
  }

  @Test
  void aPrefixCountsForWhateverIsBelowIt() {
    for (String path : new String[] {"/notes/1", "/notes/archive/1", "/notes/a/b/c", "/notes/"}) {
      assertEquals(Optional.of(REQUIREMENT), find(path), path);
    }
    for (String path : new String[] {"/", "/notes", "/note/1", "/a/notes/1"}) {
      assertEquals(Optional.empty(), find(path), path);
    }
  }

  @Test
  void theLastSlashMakesNoRuleWeaker() {
    Requirement admin = Requirement.allOf("admin");
    HttpRules rules =
        HttpRules.of(
            Map.of("GET /notes", admin, "GET /reports/", admin, "GET /*", Requirement.open()));
    for (String path : new String[] {"/notes/", "/reports"}) {
      assertEquals(Optional.empty(), rules.find("GET", path, path), path);
    }
    for (String path : new String[] {"/notes", "/reports/", "/", "/other/"}) {
      assertTrue(rules.find("GET", path, path).isPresent(), path);
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> HttpRules.of(Map.of("GET /notes", admin, "GET /notes/", Requirement.open())));
  }

  /** In the square of its length, a path of a million characters would take minutes. */
  @Test
  void aPathOfManySegmentsTakesNoLongerThanItsLength() {
    String many = "/a".repeat(500_000);
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          assertEquals(Optional.empty(), find(many));
          assertEquals(Optional.of(REQUIREMENT), find("/notes" + many));
          assertEquals(Optional.empty(), find("/" + "%61".repeat(300_000)));
        });
  }

  @Test
  void aHeaderOfManySpacesTakesNoLongerThanItsLength() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(60),
        () -> {
          for (String part : new String[] {" ", "\t", "=", "a", ",", "Bearer "}) {
            String header = "Bearer " + part.repeat(1_000_000) + "!";
            assertNull(BearerToken.from(List.of(header)).token);
          }
        });
  }
}
