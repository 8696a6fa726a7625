/** Tells how much of a body has come, as it is read. */

/**
 * The same body.
 *
 * @param tell is given all bytes so far with each chunk, and `undefined` at the end, whichever way it comes
 */
export async function* countedBody(
  body: AsyncIterable<Uint8Array>,
  tell: (bytes: number | undefined) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      tell(bytes);
      yield chunk;
    }
  } finally {
    tell(undefined);
  }
}
