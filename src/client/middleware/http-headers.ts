/** What the HTTP middlewares read of a request. */

/** A request of `node:http` or `node:http2`, or of a framework that extends them. */
export interface HttpRequest {
  /** Names and values in turn, as they arrived. */
  readonly rawHeaders: readonly string[];
}

/**
 * The values of all `Authorization` headers. Not from `headers`, where Node keeps the first and hides
 * that there were others.
 */
export function authorizationOf({ rawHeaders }: HttpRequest): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === "authorization") values.push(rawHeaders[i + 1] ?? "");
  }
  return values;
}

/** The headers of an answer that refuses. Its body is empty: there is nothing to tell. */
export function refusalHeaders(challenge: string | undefined): Record<string, string> {
  return {
    "cache-control": "no-store",
    ...(challenge !== undefined && { "www-authenticate": challenge }),
  };
}
