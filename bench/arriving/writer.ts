/**
 * The other writer of `main.ts`, a process of its own: brings revocations into a log, or to a server by
 * RevokeTokens, a thousand at a time, and says when the last one has been acknowledged.
 */
import { randomBytes } from "node:crypto";
import { createSecureTokenClient } from "../../src/client/node.js";
import { Instant, type Revocation } from "../../src/core/index.js";
import { openLog } from "../../src/revocation/log/open-log.js";

const [target = "", count = "0"] = process.argv.slice(2);
const PAGE = 1_000;
const TIMEOUT_MS = 30_000;
const HOUR = 3_600_000_000;

const write = target.startsWith("http:") ? writerToServer(target) : await writerToLog(target);
process.once("message", async () => {
  let last = "";
  for (let left = Number(count); left > 0; left -= PAGE) {
    const ids = Array.from({ length: Math.min(PAGE, left) }, () =>
      randomBytes(24).toString("base64url"),
    );
    await write(ids);
    last = ids.at(-1) as string;
  }
  process.send?.({ last });
});
process.send?.("ready");

function expiry(): number {
  return Date.now() * 1000 + HOUR + Math.floor(Math.random() * HOUR);
}

async function writerToLog(url: string): Promise<(ids: readonly string[]) => Promise<unknown>> {
  const log = await openLog(url);
  // Connects.
  await log.read(undefined, TIMEOUT_MS);
  const entry = (id: string): Revocation => {
    const revokedAt = Date.now() * 1000;
    return { kind: "TOKEN", id, issuedBefore: 0, expiresAt: expiry(), revokedAt, reason: "" };
  };
  return (ids) => log.append(ids.map(entry), TIMEOUT_MS);
}

function writerToServer(baseUrl: string): (ids: readonly string[]) => Promise<unknown> {
  const client = createSecureTokenClient({ baseUrl });
  return (ids) =>
    client.revokeTokens(
      ids.map((tokenId) => ({ tokenId, expiresAt: Instant.fromMicros(expiry()) })),
    );
}
