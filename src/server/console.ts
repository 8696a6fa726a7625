/** The console at `/`: static, from memory, under a policy that lets nothing else in. */

import {
  type HttpExchange,
  type HttpHandler,
  type HttpResponse,
  isGrpc,
  pathOf,
} from "../transport/adapter/index.js";
import { accepts, listsTag } from "./accept-encoding.js";
import type { Asset, ConsoleAssets, Encoding, Representation } from "./console-assets.js";

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
export function withConsole(handler: HttpHandler, assets: ConsoleAssets): HttpHandler {
  return (exchange) => {
    const path = pathOf(exchange);
    const asset = assets.get(path);
    // A gRPC call to `/` is a call to an unknown method, and is answered with gRPC's own status.
    if (asset && !isGrpc(exchange)) return serve(exchange, asset);
    return path === "/" && assets.size === 0 ? notBuilt() : handler(exchange);
  };
}

function serve({ method, headers }: HttpExchange, asset: Asset): HttpResponse {
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, header: new Headers({ ...SECURITY_HEADERS, allow: "GET, HEAD" }) };
  }
  const [encoding, { body, etag }] = choose(asset, headers["accept-encoding"]);
  const header = new Headers({
    ...SECURITY_HEADERS,
    etag,
    "cache-control": asset.immutable ? A_YEAR : REVALIDATE,
    vary: "Accept-Encoding, Origin",
  });
  if (listsTag(headers["if-none-match"], etag)) return { status: 304, header };
  header.set("content-type", asset.contentType);
  header.set("content-length", String(body.length));
  if (encoding !== "identity") header.set("content-encoding", encoding);
  return { status: 200, header, body };
}

function notBuilt(): HttpResponse {
  const header = new Headers({ ...SECURITY_HEADERS, "content-type": "text/plain; charset=utf-8" });
  return { status: 404, header, body: Buffer.from(NOT_BUILT) };
}

/** The smallest representation that the client accepts. */
function choose({ encodings }: Asset, accepted = ""): [Encoding, Representation] {
  for (const encoding of ["br", "gzip"] as const) {
    const representation = encodings[encoding];
    if (representation && accepts(accepted, encoding)) return [encoding, representation];
  }
  return ["identity", encodings.identity];
}
