/** Text in messages is taken as it is. */
import { configureTextEncoding, getTextEncoding } from "@bufbuild/protobuf/wire";

/**
 * Makes protobuf keep a leading U+FEFF. Its decoder drops one otherwise: a user_id of "\ufeffadmin"
 * would become "admin". The setting is the process's; to set it again changes nothing.
 */
export function keepByteOrderMarks(): void {
  const lenient = new TextDecoder("utf-8", { ignoreBOM: true });
  const strict = new TextDecoder("utf-8", { ignoreBOM: true, fatal: true });
  configureTextEncoding({
    ...getTextEncoding(),
    decodeUtf8: (bytes, isStrict) => (isStrict ? strict : lenient).decode(bytes),
  });
}
