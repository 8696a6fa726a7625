/** The caller's own credential. */
import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import type { ServerAddress } from "./address.js";
import { callerInfo } from "./call-errors.js";

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;
/** The longest API key, in characters. */
export const MAX_KEY_LENGTH = 4096;

/** An API key: a text, or a function that is asked for every call, so that a key can be rotated. */
export type ApiKey = string | (() => string | Promise<string>);

/** Gives the key of a call. `isRenewed`: the server has refused the one before. */
export interface KeySource {
  (isRenewed: boolean): string | Promise<string>;
  /** Why the key is the one read last, where its file cannot be read any more. */
  readonly fault?: () => string | undefined;
}

/** What a client is told about its key. */
export interface KeyOptions {
  readonly apiKey?: ApiKey | undefined;
  readonly insecure?: boolean | undefined;
}

/** How the key of these options is got; undefined without a key. @throws TypeError for a wrong one. */
export function toKeySource({ apiKey }: KeyOptions): KeySource | undefined {
  if (apiKey === undefined) return undefined;
  if (typeof apiKey === "function") return async () => checkApiKey(await apiKey(), "apiKey");
  const key = checkApiKey(apiKey, "apiKey");
  return () => key;
}

/**
 * Refuses to send a key in the clear to another machine, unless `insecure` asks for it.
 * @throws TypeError
 */
export function refuseKeyInClear(
  { insecure }: KeyOptions,
  servers: readonly ServerAddress[],
  keys: KeySource | undefined,
): void {
  const isReadable = servers.some(({ isSecure, isLoopback }) => !isSecure && !isLoopback);
  if (keys === undefined || insecure === true || !isReadable) return;
  throw new TypeError(
    "an API key would travel readable to another machine: use https://, or set insecure: true where the network is trusted",
  );
}

/**
 * The same key, if it is one. Its text is never quoted.
 * @throws TypeError naming where it comes from.
 */
export function checkApiKey(key: unknown, from: string): string {
  if (key === "") throw new TypeError(`${from} is empty`);
  if (typeof key !== "string" || key.length > MAX_KEY_LENGTH || !VISIBLE_ASCII.test(key)) {
    throw new TypeError(
      `${from} must consist of at most ${MAX_KEY_LENGTH} visible ASCII characters`,
    );
  }
  return key;
}

/**
 * Sends `authorization: Bearer <key>` with every call that names no other credential. Where the server
 * refuses the key and the source has another by then, the call is made once more.
 */
export function apiKeyInterceptors(keys: KeySource | undefined): Interceptor[] {
  if (keys === undefined) return [];
  return [
    (next) => async (request) => {
      if (request.header.has("authorization")) return next(request);
      const key = await ask(keys, false);
      request.header.set("authorization", `Bearer ${key}`);
      try {
        return await next(request);
      } catch (error) {
        if (!(error instanceof ConnectError && isKeyRefused(error))) throw error;
        // A stream's caller opens it again, with the key as it is then.
        const renewed = await ask(keys, true);
        if (renewed === key || request.stream) throw explained(error, keys);
        request.header.set("authorization", `Bearer ${renewed}`);
        return next(request);
      }
    },
  ];
}

function isKeyRefused(error: ConnectError): boolean {
  return error.code === Code.Unauthenticated && callerInfo(error) !== undefined;
}

/** A refusal of the key that says what is wrong with its source. */
function explained(refusal: ConnectError, keys: KeySource): ConnectError {
  const fault = keys.fault?.();
  if (fault === undefined) return refusal;
  const text = `${refusal.rawMessage}; ${fault}: the key read last was sent`;
  const { code, metadata, details, cause } = refusal;
  return Object.assign(new ConnectError(text, code, metadata, undefined, cause), { details });
}

async function ask(keys: KeySource, isRenewed: boolean): Promise<string> {
  try {
    return await keys(isRenewed);
  } catch (cause) {
    const text = "this client has no API key: its source failed";
    throw new ConnectError(text, Code.Unauthenticated, undefined, undefined, cause);
  }
}
