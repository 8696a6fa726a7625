/** The keyset that a server works with, derived from its configuration. */
import {
  createKeyset,
  deriveKey,
  generateSalt,
  generateSecretKey,
  type Keyset,
} from "../core/index.js";
import type { Config } from "./config.js";

/** A keyset, and whether it ends with the process. */
export interface ServerKeys {
  readonly keyset: Keyset;
  /** Whether a part of the key was made up at start: its tokens end with the process. */
  readonly ephemeral: boolean;
}

/** Derives the configured key; what is not configured is made up. */
export async function loadKeys(config: Config): Promise<ServerKeys> {
  const key = await deriveKey({
    secretKey: config.secretKey?.reveal() ?? generateSecretKey(),
    salt: config.salt ?? generateSalt(),
    iterations: config.pbkdf2Iterations,
  });
  return {
    keyset: createKeyset([{ ...key, state: "PRIMARY" }]),
    ephemeral: !config.secretKey || !config.salt,
  };
}
