/** The console at `/`: static, from memory, under a policy that lets nothing else in. */

import type { NodeHandler } from "../transport/adapter/index.js";
import type { Asset, ConsoleAssets, Encoding, Representation } from "./console-assets.js";

type Request = Parameters<NodeHandler>[0];
type Response = Parameters<NodeHandler>[1];

/** What the page may do: load its own files, call its own server, and nothing else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const SECURITY_HEADERS = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};
const A_YEAR = "public, max-age=31536000, immutable";
/** Kept, yet asked for again every time: a new build is seen at once. */
const REVALIDATE = "no-cache";
const NOT_BUILT = "The console is not built: run `npm run build` and start the server again.\n";

/** Answers the console's paths; everything else is `handler`'s. */
export function withConsole(handler: NodeHandler, assets: ConsoleAssets): NodeHandler {
  return (request, response) => {
    const [path = ""] = (request.url ?? "").split("?", 1);
    const asset = assets.get(path);
    if (asset) serve(request, response, asset);
    else if (path === "/" && assets.size === 0) sayNotBuilt(response);
    else handler(request, response);
  };
}

function serve(request: Request, response: Response, asset: Asset): void {
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { ...SECURITY_HEADERS, allow: "GET, HEAD" });
    response.end();
    return;
  }
  const [encoding, { body, etag }] = choose(asset, request.headers["accept-encoding"]);
  const headers = {
    ...SECURITY_HEADERS,
    etag,
    "cache-control": asset.immutable ? A_YEAR : REVALIDATE,
    vary: "Accept-Encoding, Origin",
  };
  if (matches(request.headers["if-none-match"], etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  response.writeHead(200, {
    ...headers,
    "content-type": asset.contentType,
    "content-length": body.length,
    ...(encoding !== "identity" && { "content-encoding": encoding }),
  });
  if (request.method === "HEAD") response.end();
  else response.end(body);
}

function sayNotBuilt(response: Response): void {
  response.writeHead(404, { ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8" });
  response.end(NOT_BUILT);
}

/** The smallest representation that the client accepts. */
function choose({ encodings }: Asset, accepted = ""): [Encoding, Representation] {
  for (const encoding of ["br", "gzip"] as const) {
    const representation = encodings[encoding];
    if (representation && accepts(accepted, encoding)) return [encoding, representation];
  }
  return ["identity", encodings.identity];
}

/** Accept-Encoding (RFC 9110, section 12.5.3), whose weights here only tell yes from no. */
function accepts(header: string | string[], encoding: Encoding): boolean {
  return String(header)
    .split(",")
    .map((item) =>
      item
        .trim()
        .toLowerCase()
        .split(/\s*;\s*/),
    )
    .some(([name, weight]) => name === encoding && !/^q=0(\.0*)?$/.test(weight ?? ""));
}

/** If-None-Match (RFC 9110, section 13.1.2): the weak comparison. */
function matches(header: string | undefined, etag: string): boolean {
  const tags = (header ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
