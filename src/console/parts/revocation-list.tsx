import type { Revocation } from "../../client/web.js";
import { visibleText } from "../visible-text.js";

/** Revocations in force, the newest first. Of users the server tells a hash alone. */
export function RevocationList({ revocations }: { readonly revocations: readonly Revocation[] }) {
  if (revocations.length === 0) return <p class="hint">Nothing is revoked.</p>;
  return (
    <ul class="results" aria-label="Recent revocations">
      {revocations.map((revocation, i) => (
        <li class="result" key={i}>
          <span class="result-name mono">{describe(revocation)}</span>
          <span class="result-answer">
            {String(revocation.revokedAt ?? "")} <bdi>{visibleText(revocation.reason)}</bdi>
          </span>
        </li>
      ))}
    </ul>
  );
}

function describe({ tokenId, sessionId, userIdSha256 }: Revocation): string {
  if (tokenId !== undefined) return `token ${tokenId}`;
  if (sessionId !== undefined) return `session ${sessionId}`;
  if (userIdSha256) return `user, SHA-256 ${toHex(userIdSha256.subarray(0, 8))}…`;
  return "everything";
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
