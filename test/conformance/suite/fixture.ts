/** The fixed world in which every case runs: one present, one keyset, one default lifetime. */

import type { RevocationCheck } from "../../../src/core/index.js";
import {
  type Clock,
  createKeyset,
  deriveKey,
  Instant,
  type Keyset,
  SecureTokenManager,
} from "../../../src/core/index.js";
import tokens from "../tokens.json" with { type: "json" };

/** The server's present: 2030-01-02T03:04:05.678901Z. */
export const NOW = Instant.fromMicros(1_893_553_445_678_901);
/** The lifetime of a token that names none, in hours: not the usual 24, so that it is seen. */
export const DEFAULT_HOURS = 12;

const ITERATIONS = 100_000;
const PRIMARY = { secretKey: "Conformance#Primary1", salt: "conformance-salt-1" };
const SECONDARY = { secretKey: "Conformance#Secondary2", salt: "conformance-salt-2" };
const FOREIGN = { secretKey: "Conformance#Foreign3", salt: "conformance-salt-3" };

/** The keys of the corpus; the server holds the first two. */
export async function corpusKeys() {
  const [primary, secondary, foreign] = await Promise.all(
    [PRIMARY, SECONDARY, FOREIGN].map(({ secretKey, salt }) =>
      deriveKey({ secretKey, salt: Buffer.from(salt), iterations: ITERATIONS }),
    ),
  );
  return { primary: primary!, secondary: secondary!, foreign: foreign! };
}

/** The server's keyset. */
export async function corpusKeyset(): Promise<Keyset> {
  const { primary, secondary } = await corpusKeys();
  return createKeyset([
    { ...primary, state: "PRIMARY" },
    { ...secondary, state: "SECONDARY" },
  ]);
}

/** The server's manager. Unless it is told otherwise, the ids listed in tokens.json are revoked. */
export async function corpusManager(
  clock: Clock = fixedClock,
  revocations = listedRevocations(),
): Promise<SecureTokenManager> {
  return new SecureTokenManager(await corpusKeyset(), {
    defaultExpirationHours: DEFAULT_HOURS,
    // A server's default.
    maxSessionHours: 720,
    clock,
    revocations,
  });
}

function listedRevocations(): RevocationCheck {
  const revoked = new Set<string>(tokens.revokedIds);
  return { isRevoked: ({ tokenId }) => revoked.has(tokenId), cutOffOf: () => 0 };
}

/** The clock of the server, which stands still. */
export function fixedClock(): number {
  return NOW.seconds * 1_000_000 + NOW.micros;
}
