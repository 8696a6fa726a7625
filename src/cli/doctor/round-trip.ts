/** Asks a running server, and compares it with the configuration here. */
import { SecureTokenManager } from "../../core/index.js";
import { type Finding, fault, ok, warning } from "../../server/checkup/finding.js";
import type { Config } from "../../server/config/index.js";
import { isEphemeral, loadKeys } from "../../server/keys.js";
import { isTokenError } from "../exit-codes.js";
import { explainFailure } from "../explain-failure.js";
import type { ServerOptions } from "../server-options.js";
import { openClient } from "../server-target.js";

/** Clocks that differ by more make new tokens invalid (Fernet), in milliseconds. */
const MOST_SKEW_MS = 60_000;
/** From here on the difference is told, in milliseconds. */
const NOTABLE_SKEW_MS = 2_000;

/**
 * Lets the server say which keys it has, and check a token that the configuration here makes: then
 * both have the same keys, and clocks that agree. Without a whole key here only the first.
 */
export async function askServer(
  options: ServerOptions,
  config: Config | undefined,
  uid: number | undefined,
): Promise<Finding[]> {
  const { client, asked } = openClient(options);
  const { server } = asked;
  try {
    const { keys } = await client.exportConfig();
    const ids = keys.map(({ keyId, state }) => `${keyId} (${state.toLowerCase()})`);
    const findings = [ok(`${server} answers; its keys are ${ids.join(", ")}`)];
    if (!config || isEphemeral(config)) return findings;
    const keyset = await loadKeys(config, uid);
    const manager = new SecureTokenManager(keyset);
    const { keyId } = keyset.primary;
    if (!keys.some((key) => key.keyId === keyId)) {
      findings.push(
        fault(
          `${server} lacks the key ${keyId} of this configuration: restart it, or give it the same`,
        ),
      );
      return findings;
    }
    const { token, expiresAt } = manager.generateToken("doctor", { expiresInHours: 1 });
    const valid = await client.validateToken(token);
    const { seconds, micros } = valid.timeRemaining;
    const skewMs = expiresAt.toDate().getTime() - seconds * 1000 - micros / 1000 - Date.now();
    findings.push(ok(`${server} takes a token that is made here with key ${keyId}`), clock(skewMs));
    return findings;
  } catch (error) {
    if (isTokenError(error)) {
      const why = `keys or clocks differ by more than ${MOST_SKEW_MS / 1000} s`;
      return [fault(`${server} does not take a token that is made here: ${why}`)];
    }
    return [fault((explainFailure(error, asked) as Error).message)];
  } finally {
    client.close();
  }
}

function clock(skewMs: number): Finding {
  const seconds = Math.abs(Math.round(skewMs / 1000));
  if (Math.abs(skewMs) < NOTABLE_SKEW_MS) return ok("the server's clock agrees with this one");
  const direction = skewMs > 0 ? "ahead of" : "behind";
  return warning(
    `the server's clock is ${seconds} s ${direction} this one; 60 s make tokens invalid`,
  );
}
