/** Where the server of the page answers: below the page's own path, which a proxy may have put it under. */

/** The page's address up to its last slash, without that: what a client takes as `baseUrl`. */
export function pageBaseUrl(): string {
  return new URL(".", document.baseURI).href.replace(/\/$/, "");
}

/** Whether a proxy stands between: one that serves a path speaks HTTP/1.1 to the server as a rule. */
export function isBelowPath(baseUrl: string): boolean {
  return new URL(baseUrl).pathname !== "/";
}
