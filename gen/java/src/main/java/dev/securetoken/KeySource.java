package dev.securetoken;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Where the API key of each call comes from: a text, the application, or a file. */
abstract class KeySource {
  private static final int MAX_LENGTH = 4096;

  /** Room for the longest key and a line break of two characters. */
  private static final int MAX_FILE_BYTES = MAX_LENGTH + 2;

  /** The key of the next call. */
  abstract String key();

  /** Asks anew after the service refused a key. False where that gives the same key. */
  abstract boolean renew();

  /** Why the key is the one read last: its file cannot be read any more. Else {@code null}. */
  String fault() {
    return null;
  }

  static KeySource of(String key) {
    String checked = checked(key);
    return new KeySource() {
      @Override
      String key() {
        return checked;
      }

      @Override
      boolean renew() {
        return false;
      }
    };
  }

  static KeySource of(Supplier<String> supplier) {
    return new KeySource() {
      @Override
      String key() {
        return checked(supplier.get());
      }

      @Override
      boolean renew() {
        return true;
      }
    };
  }

  static KeySource of(Path file, LongSupplier nanoTime) throws IOException {
    return new FileKey(file, nanoTime);
  }

  /** The complaint does not quote the key. */
  static String checked(String key) {
    if (key == null || key.isEmpty()) {
      throw new IllegalArgumentException("apiKey is empty");
    }
    if (key.length() > MAX_LENGTH) {
      throw new IllegalArgumentException("apiKey is longer than " + MAX_LENGTH + " characters");
    }
    if (!key.chars().allMatch(c -> c >= '!' && c <= '~')) {
      throw new IllegalArgumentException("apiKey must consist of visible ASCII characters");
    }
    return key;
  }

  /** Holds the key read last: a file that is being written does not take it away. */
  private static final class FileKey extends KeySource {
    private static final Logger LOGGER = System.getLogger(SecureTokenClient.class.getName());
    private static final long INTERVAL_NANOS = 1_000_000_000;

    private final Path file;
    private final LongSupplier nanoTime;
    private String last;
    private long readAt;
    private String fault;

    FileKey(Path file, LongSupplier nanoTime) throws IOException {
      this.file = file;
      this.nanoTime = nanoTime;
      this.last = read();
      this.readAt = nanoTime.getAsLong();
    }

    @Override
    synchronized String key() {
      if (nanoTime.getAsLong() - readAt >= INTERVAL_NANOS) {
        renew();
      }
      return last;
    }

    @Override
    synchronized boolean renew() {
      String before = last;
      readAt = nanoTime.getAsLong();
      try {
        last = read();
        fault = null;
      } catch (IOException | IllegalArgumentException gone) {
        note(gone); // half-written, or gone for a moment
      }
      return !last.equals(before);
    }

    /** Tells the log once, until the file can be read again or fails in another way. */
    private void note(Exception gone) {
      String before = fault;
      String why = gone instanceof IOException ? gone.toString() : gone.getMessage();
      fault = "apiKeyFile " + file + " cannot be read: " + why;
      if (!fault.equals(before)) {
        LOGGER.log(Level.WARNING, fault + "; the key read last is sent");
      }
    }

    @Override
    synchronized String fault() {
      return fault;
    }

    private String read() throws IOException {
      byte[] bytes = RegularFile.read(file, MAX_FILE_BYTES);
      return checked(new String(bytes, StandardCharsets.ISO_8859_1).strip());
    }
  }
}
