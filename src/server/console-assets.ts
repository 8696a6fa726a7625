/** The console as it was built, in memory: every file in every encoding, with its entity tag. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** How a body is encoded; the build leaves the compressed ones beside the file. */
export type Encoding = "br" | "gzip" | "identity";

/** One encoding of a file. */
export interface Representation {
  readonly body: Buffer;
  /** A strong validator (RFC 9110, section 8.8.3): every encoding has its own. */
  readonly etag: string;
}

/** One file. */
export interface Asset {
  readonly contentType: string;
  /** Whether its name changes with its content, so that it never has to be asked for again. */
  readonly immutable: boolean;
  readonly encodings: Readonly<{ identity: Representation }> &
    Readonly<Partial<Record<Encoding, Representation>>>;
}

/** Files by request path. Empty where the console was not built. */
export type ConsoleAssets = ReadonlyMap<string, Asset>;

/** Where `npm run build` puts the console: the same place, seen from `src` and from `dist`. */
const BUILT = fileURLToPath(new URL("../../dist/console/", import.meta.url));

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};
const COMPRESSED = { br: ".br", gzip: ".gz" } as const;

/** Reads a built console. What is of no known type is not served. */
export function loadConsole(directory = BUILT): ConsoleAssets {
  const assets = new Map<string, Asset>();
  if (!existsSync(directory)) return assets;
  const files = readdirSync(directory, { recursive: true, withFileTypes: true });
  for (const file of files.filter((entry) => entry.isFile())) {
    const path = join(file.parentPath, file.name);
    const contentType = CONTENT_TYPES[extname(path)];
    if (!contentType) continue;
    const name = `/${relative(directory, path).split(sep).join("/")}`;
    const asset = { contentType, immutable: name.startsWith("/assets/"), encodings: read(path) };
    assets.set(name === "/index.html" ? "/" : name, asset);
  }
  return assets;
}

function read(path: string): Asset["encodings"] {
  const encodings: Asset["encodings"] = { identity: represent(readFileSync(path)) };
  for (const [encoding, suffix] of Object.entries(COMPRESSED)) {
    if (!existsSync(path + suffix)) continue;
    Object.assign(encodings, { [encoding]: represent(readFileSync(path + suffix)) });
  }
  return encodings;
}

function represent(body: Buffer): Representation {
  const hash = createHash("sha256").update(body).digest("base64url");
  return { body, etag: `"${hash.slice(0, 22)}"` };
}
