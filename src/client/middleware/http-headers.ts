/** What the HTTP middlewares read of a request. */

/** A request of `node:http` or `node:http2`, or of what stands in for one. */
export interface HttpRequest {
  /** Names and values in turn, as they arrived. Adapters for AWS Lambda leave it empty or out. */
  readonly rawHeaders?: readonly string[] | null | undefined;
  /**
   * The headers by name, or as the Fetch standard has them; looked at where `rawHeaders` holds no
   * authorization.
   */
  readonly headers?: NamedHeaders | Headers | null | undefined;
}

type NamedHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * The values of all `Authorization` headers, from `rawHeaders` first: in `headers`, Node keeps the first
 * and hides that there were others.
 */
export function authorizationOf({ rawHeaders, headers }: HttpRequest): string[] {
  const values: string[] = [];
  const raw = rawHeaders ?? [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    if (raw[i]?.toLowerCase() === "authorization") values.push(raw[i + 1] ?? "");
  }
  return values.length > 0 ? values : namedAuthorization(headers ?? {});
}

function namedAuthorization(headers: NamedHeaders | Headers): string[] {
  if (headers instanceof Headers) return [headers.get("authorization") ?? []].flat();
  return Object.entries(headers).flatMap(([name, value]) =>
    value !== undefined && name.toLowerCase() === "authorization" ? value : [],
  );
}
