/** Decides, from headers alone, who makes a call and whether this RPC is theirs to make. */
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { Code, type ConnectError } from "@connectrpc/connect";
import { RetryInfoSchema } from "../../../gen/ts/src/google/rpc/error_details_pb.js";
import { type Caller, callerError } from "../../service/index.js";
import { admissionOf } from "./authorization.js";
import { type CallerRow, type KnownCaller, toCaller } from "./caller-row.js";
import { API_KEY_PREFIX, bearerOf, certificateNames, digestApiKey } from "./credentials.js";

/** What is known of a call when its headers have arrived. */
export interface CallHead {
  readonly service: { readonly typeName: string };
  readonly method: { readonly name: string };
  readonly headers: IncomingHttpHeaders;
  readonly socket: Socket | undefined;
}

/** Admits calls. */
export interface Callers {
  /**
   * The caller of a call that may go on.
   * @throws ConnectError without TokenErrorDetail: UNAUTHENTICATED, PERMISSION_DENIED or
   * RESOURCE_EXHAUSTED.
   */
  admit(head: CallHead): Caller;
}

/** Anyone who can reach the port, and may do everything. */
export const ANYONE: Callers = { admit: () => ({ name: "anonymous" }) };

/** Whether a text is a token that this server has made, expired or not. */
export type IsAuthentic = (token: string) => boolean;

/** The callers of a file. `replace` puts a newer file's rows in force, for calls from then on. */
export class KnownCallers implements Callers {
  readonly #isAuthentic: IsAuthentic;
  #byCredential = new Map<string, KnownCaller>();

  constructor(rows: readonly CallerRow[], isAuthentic: IsAuthentic) {
    this.#isAuthentic = isAuthentic;
    this.replace(rows);
  }

  /** Puts these rows in force. A caller's rate starts afresh. */
  replace(rows: readonly CallerRow[]): void {
    const byCredential = new Map<string, KnownCaller>();
    for (const row of rows) {
      const caller = toCaller(row);
      for (const id of [...row.apiKeys, ...row.certificateNames]) byCredential.set(id, caller);
    }
    this.#byCredential = byCredential;
  }

  admit({ service, method, headers, socket }: CallHead): Caller {
    const admission = admissionOf(service.typeName, method.name);
    if (admission === "open") return { name: "anonymous" };
    const bearer = bearerOf(headers);
    const caller = this.#identify(bearer, socket);
    if (caller) {
      if (!caller.rpcs.has(method.name)) throw rpcNotAllowed(method.name);
      takeOne(caller);
      return caller;
    }
    // A token is nobody's credential but for calls on itself; the handler compares the two.
    if (bearer === undefined || !this.#isAuthentic(bearer)) throw unknownCaller();
    if (admission !== "callers and holder") throw rpcNotAllowed(method.name);
    return { name: "holder", heldToken: bearer };
  }

  #identify(bearer: string | undefined, socket: Socket | undefined): KnownCaller | undefined {
    if (bearer?.startsWith(API_KEY_PREFIX)) {
      // Found by digest: the time it takes tells of the digest, and nothing of the key.
      const caller = this.#byCredential.get(digestApiKey(bearer));
      if (!caller) throw unknownCaller();
      return caller;
    }
    for (const name of certificateNames(socket)) {
      const caller = this.#byCredential.get(name);
      if (caller) return caller;
    }
    return undefined;
  }
}

function takeOne({ bucket }: KnownCaller): void {
  const waitMs = bucket?.take() ?? 0;
  if (waitMs === 0) return;
  const error = callerError("RATE_EXCEEDED", Code.ResourceExhausted, "too many calls a second");
  const retryDelay = { seconds: BigInt(Math.floor(waitMs / 1000)), nanos: (waitMs % 1000) * 1e6 };
  error.details.push({ desc: RetryInfoSchema, value: { retryDelay } });
  throw error;
}

function unknownCaller(): ConnectError {
  const text = "the call needs the credential of a known caller";
  return callerError("UNKNOWN_CALLER", Code.Unauthenticated, text);
}

function rpcNotAllowed(rpc: string): ConnectError {
  return callerError("RPC_NOT_ALLOWED", Code.PermissionDenied, `the caller may not call ${rpc}`);
}
