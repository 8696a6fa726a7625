/** Managers whose time stands where a test puts it. */
import { pbkdf2Sync } from "node:crypto";
import {
  createKeyset,
  deriveKey,
  type KeyState,
  type KeysetKey,
  type ManagerOptions,
  SecureTokenManager,
} from "../../src/core/index.js";

/** 2026-11-23T11:32:09.123456Z, in microseconds. */
export const NOW_MICROS = 1_795_433_529_123_456;
/** The same in whole seconds, as Fernet counts. */
export const NOW_SECONDS = Math.floor(NOW_MICROS / 1_000_000);
/** Microseconds of an hour. */
export const HOUR_MICROS = 3_600_000_000;

const SALT = Buffer.from("0123456789abcdef");
const ITERATIONS = 10;

/** A key of this name and state. Few iterations: what PBKDF2 gives is proven by the vectors. */
export async function testKey(name: string, state: KeyState = "PRIMARY"): Promise<KeysetKey> {
  return { ...(await deriveKey({ secretKey: name, salt: SALT, iterations: ITERATIONS })), state };
}

/** The bytes of the same key, which a key itself does not give. */
export function testKeyBytes(name: string): Buffer {
  return pbkdf2Sync(name, SALT, ITERATIONS, 32, "sha256");
}

/** A clock that a test moves. */
export interface MovableClock {
  (): number;
  /** The present, in microseconds. */
  micros: number;
}

/** A clock that stands at `micros`. */
export function movableClock(micros = NOW_MICROS): MovableClock {
  const clock: MovableClock = Object.assign(() => clock.micros, { micros });
  return clock;
}

/** A manager of the key "one" at a fixed present. */
export async function fixedManager(options: ManagerOptions = {}): Promise<SecureTokenManager> {
  const keyset = createKeyset([await testKey("one")]);
  return new SecureTokenManager(keyset, { clock: () => NOW_MICROS, ...options });
}
