/** What the HTTP middlewares read of a request. */

/** A request of `node:http` or `node:http2`, or of what stands in for one. */
export interface HttpRequest {
  /** Names and values in turn, as they arrived. Adapters for AWS Lambda leave it empty or out. */
  readonly rawHeaders?: readonly string[] | undefined;
  /** The headers by name; looked at where `rawHeaders` holds no authorization. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
}

/**
 * The values of all `Authorization` headers, from `rawHeaders` first: in `headers`, Node keeps the first
 * and hides that there were others.
 */
export function authorizationOf({ rawHeaders = [], headers = {} }: HttpRequest): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === "authorization") values.push(rawHeaders[i + 1] ?? "");
  }
  return values.length > 0 ? values : namedAuthorization(headers);
}

function namedAuthorization(headers: NonNullable<HttpRequest["headers"]>): string[] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value !== undefined && name.toLowerCase() === "authorization" ? value : [],
  );
}
