/** How protobuf's text is read. */
import { configureTextEncoding, getTextEncoding } from "@bufbuild/protobuf/wire";

/**
 * Makes @bufbuild/protobuf keep a byte order mark at the start of a text. Its own decoder drops one,
 * so that the user "\u{FEFF}admin" would be read as "admin". The setting is the whole program's, and
 * there is no other; what else is configured stays.
 */
export function keepByteOrderMarks(): void {
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  configureTextEncoding({
    ...getTextEncoding(),
    decodeUtf8: (bytes, isStrict) => (isStrict ? strict : lenient).decode(bytes),
  });
}
