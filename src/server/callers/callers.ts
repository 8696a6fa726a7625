/** Decides, from headers alone, who makes a call and whether this RPC is theirs to make. */
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { Code, type ConnectError } from "@connectrpc/connect";
import { bearerOf, type Caller, callerError } from "../../service/index.js";
import { AddressRates } from "./address-rates.js";
import { admissionOf, nameOf } from "./authorization.js";
import { type CallerRow, type KnownCaller, toCaller } from "./caller-row.js";
import { API_KEY_PREFIX, certificateNames, digestApiKey } from "./credentials.js";
import { EntryRates } from "./entry-rates.js";
import { refusalOf, requireRoom } from "./refused-callers.js";

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
   *
   * @param peer the address that it comes from; default the other end of its connection
   * @throws ConnectError without TokenErrorDetail: UNAUTHENTICATED, PERMISSION_DENIED or
   * RESOURCE_EXHAUSTED.
   */
  admit(head: CallHead, peer?: string): Caller;
  /**
   * The caller of a stream that was admitted, as it is by now: streams outlive changes of the callers file and
   * certificates. Undefined once it may not make the call any more. Default: as it was.
   */
  current?(head: CallHead): Caller | undefined;
}

/** Anyone who can reach the port, and may do everything. */
export const ANYONE: Callers = { admit: () => ({ name: "anonymous", isKnown: true }) };

/** Whether a text is a token that this server has made, expired or not. */
export type IsAuthentic = (token: string) => boolean;

/** What holds for those who have no credential but a token. */
export interface HolderRules {
  /** Whether they may refresh it, where its issuer lets them. Default true. */
  readonly refresh?: boolean;
  /** How often those of one address may call, in calls a second. Default: no bound. */
  readonly callsPerSecond?: number;
}

const NOBODY: Caller = { name: "anonymous", isKnown: false };
const REFRESH = "RefreshToken";
const WATCH = "WatchRevocations";

/** The callers of a file. `replace` puts a newer file's rows in force, for calls from then on. */
export class KnownCallers implements Callers {
  readonly #isAuthentic: IsAuthentic;
  readonly #holdersRefresh: boolean;
  readonly #holderRates: AddressRates;
  readonly #entryRates = new EntryRates();
  #byCredential = new Map<string, KnownCaller>();

  constructor(
    rows: readonly CallerRow[],
    isAuthentic: IsAuthentic,
    { refresh = true, callsPerSecond = Number.POSITIVE_INFINITY }: HolderRules = {},
  ) {
    this.#isAuthentic = isAuthentic;
    this.#holdersRefresh = refresh;
    this.#holderRates = new AddressRates(callsPerSecond);
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

  admit(
    { service, method, headers, socket }: CallHead,
    peer = socket?.remoteAddress ?? "",
  ): Caller {
    const admission = admissionOf(service.typeName, method.name);
    const bearer = bearerOf(headers);
    const caller = this.#identify(bearer, socket);
    if (admission === "open") return caller ?? NOBODY;
    if (caller) {
      const name = nameOf(method);
      if (!caller.rpcs.has(name)) throw refusalOf(caller, rpcNotAllowed(name, caller));
      requireRoom(caller, (name === WATCH ? caller.feedBucket : caller.bucket)?.take() ?? 0);
      return caller;
    }
    // A token is nobody's credential but for calls on itself; the handler compares the two.
    if (bearer === undefined || !this.#isAuthentic(bearer)) throw unknownCaller(headers);
    const holder: Caller = {
      name: "holder",
      isKnown: false,
      heldToken: bearer,
      charge: (count) => requireRoom(holder, this.#holderRates.charge(peer, count)),
      chargeEntry: (kind, session) => {
        requireRoom(holder, this.#entryRates.take(kind, session));
        return () => this.#entryRates.giveBack(kind, session);
      },
    };
    if (admission !== "callers and holder" || (method.name === REFRESH && !this.#holdersRefresh)) {
      throw refusalOf(holder, rpcNotAllowed(nameOf(method)));
    }
    requireRoom(holder, this.#holderRates.take(peer));
    return holder;
  }

  current({ service, method, headers, socket }: CallHead): Caller | undefined {
    const caller = this.#identify(bearerOf(headers), socket);
    if (admissionOf(service.typeName, method.name) === "open") return caller ?? NOBODY;
    return caller?.rpcs.has(nameOf(method)) ? caller : undefined;
  }

  /** The caller whose API key is shown, or whose certificate; a key goes before a certificate. */
  #identify(bearer: string | undefined, socket: Socket | undefined): KnownCaller | undefined {
    if (bearer?.startsWith(API_KEY_PREFIX)) {
      // Found by digest: the time it takes tells of the digest, and nothing of the key.
      return this.#byCredential.get(digestApiKey(bearer));
    }
    for (const name of certificateNames(socket)) {
      const caller = this.#byCredential.get(name);
      if (caller) return caller;
    }
    return undefined;
  }
}

/**
 * Says whether a credential is missing, misspelt or not known: callers learn what they have sent, and nothing
 * of what the server knows.
 */
function unknownCaller({ authorization }: IncomingHttpHeaders): ConnectError {
  const text = bearerOf({ authorization })
    ? "the credential of the call is not known"
    : authorization
      ? 'the authorization header of the call must be "Bearer" and a credential'
      : "the call has no credential: neither an API key nor the certificate of a known caller";
  return callerError("UNKNOWN_CALLER", Code.Unauthenticated, text);
}

/** A known caller is told who it is here, and what it may call instead; nobody is told of another. */
function rpcNotAllowed(rpc: string, caller?: KnownCaller): ConnectError {
  const text = `the caller may not call ${rpc}`;
  const itself = caller && { caller: caller.name, caller_rpcs: [...caller.rpcs].join(",") };
  const metadata = { field: "authorization", ...itself };
  return callerError("RPC_NOT_ALLOWED", Code.PermissionDenied, text, metadata);
}
