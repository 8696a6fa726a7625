/** Padded base64url (RFC 4648, section 5), strict: one value, one spelling. */

/** Room for the two layers of any token that is read, so that reading one allocates nothing. */
const ROOM = 8192;
const innerText = Buffer.allocUnsafeSlow(ROOM);
const innerBytes = Buffer.allocUnsafeSlow(ROOM);

/** Bytes as padded base64url. */
export function encodeBase64url(bytes: Buffer): string {
  const text = bytes.toString("base64url");
  return text + paddingOf(text);
}

function paddingOf(unpadded: string): string {
  const rest = unpadded.length % 4;
  return rest === 0 ? "" : rest === 2 ? "==" : "=";
}

/**
 * The bytes that `encodeBase64url` turns into exactly this text, or `undefined`. Node's decoder
 * skips foreign characters and ignores stray bits, so the result is encoded again and compared;
 * without that, one token would have many spellings.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const target = Buffer.allocUnsafe(text.length);
  const length = decodeInto(target, text);
  return length < 0 ? undefined : target.subarray(0, length);
}

/** How many bytes of `target` are those of the text; -1 where there are none. */
function decodeInto(target: Buffer, text: string): number {
  if (text.length === 0 || text.length % 4 !== 0) return -1;
  const length = target.write(text, "base64url");
  const encoded = target.toString("base64url", 0, length);
  const padding = paddingOf(encoded);
  if (encoded.length + padding.length !== text.length) return -1;
  if (padding === "") return encoded === text ? length : -1;
  // In two pieces, since putting them together takes longer than to compare them.
  const isCanonical = text.slice(0, encoded.length) === encoded && text.endsWith(padding);
  return isCanonical ? length : -1;
}

/** Base64url of base64url: the form of a token. */
export function encodeTwice(bytes: Buffer): string {
  return encodeBase64url(Buffer.from(encodeBase64url(bytes), "latin1"));
}

/**
 * Undoes `encodeTwice`, both layers strict; of a text of at most 8,192 characters. The bytes are
 * overwritten by the next call.
 */
export function decodeTwice(text: string): Buffer | undefined {
  if (text.length > ROOM) return undefined;
  const innerLength = decodeInto(innerText, text);
  if (innerLength < 0) return undefined;
  const length = decodeInto(innerBytes, innerText.toString("latin1", 0, innerLength));
  return length < 0 ? undefined : innerBytes.subarray(0, length);
}
