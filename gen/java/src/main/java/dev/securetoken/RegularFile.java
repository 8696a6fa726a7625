package dev.securetoken;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Reads the files of a client: keys and certificates. A pipe would make its calls wait for a writer,
 * and a device never ends.
 */
final class RegularFile {
  private RegularFile() {}

  /**
   * The content of a regular file of at most {@code limit} bytes.
   *
   * @throws IOException for any other file, naming path and rule
   */
  static byte[] read(Path path, int limit) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (!attributes.isRegularFile() || attributes.size() > limit) {
      throw refused(path, limit);
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] content = in.readNBytes(limit + 1);
      if (content.length > limit) { // it has grown since
        throw refused(path, limit);
      }
      return content;
    }
  }

  private static IOException refused(Path path, int limit) {
    return new IOException(path + " must be a regular file of at most " + limit + " bytes");
  }
}
