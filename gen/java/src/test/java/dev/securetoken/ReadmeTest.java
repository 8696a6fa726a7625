package dev.securetoken;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Path EXAMPLES = Path.of("src/test/java/readme/ReadmeExamples.java");

  @Test
  void everyExampleIsCompiled() throws IOException {
    String compiled = withoutBlanks(Files.readString(EXAMPLES));
    List<MatchResult> blocks =
        JAVA_BLOCK
            .matcher(Files.readString(Path.of("README.md")))
            .results()
            .collect(Collectors.toList());
    assertEquals(11, blocks.size());
    assertTrue(blocks.get(0).group(1).startsWith("import "));
    // In a package of its own, with the imports of the first block.
    for (MatchResult block : blocks) {
      assertTrue(compiled.contains(withoutBlanks(block.group(1))), block.group(1));
    }
  }

  private static String withoutBlanks(String text) {
    return text.replaceAll("\\s+", "");
  }
}
