/** What every client rests on: one way to make a call, and the methods that take tokens back. */
import {
  type CallOptions,
  type Client,
  createClient,
  createContextValues,
  type Transport,
} from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { refuseUnknownOptions } from "../values/known-options.js";
import { type CallHook, tellingCalls } from "./call-hook.js";
import { fromConnectError } from "./error-details.js";
import type * as op from "./operations.js";
import { TRY_BEGINS, WAITS_FOR_RATE } from "./persistent-transport.js";
import { toEvent, toListRequest, toOutcomes, toPage, toTarget } from "./revocation-messages.js";
import type {
  RevocationEvent,
  RevocationFilter,
  RevocationOutcome,
  RevocationPage,
  RevocationTarget,
  RevokeOptions,
} from "./revocations.js";
import { keepByteOrderMarks } from "./text-encoding.js";
import { toTimeout } from "./timeouts.js";

/** What a client is given beside its transport. */
export interface ClientOptions {
  /** Milliseconds until a call that sets no `timeoutMs` is given up, above 0, at most 60,000. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Is told of each call once it has ended, for metrics. Default: nobody is. */
  readonly onCall?: CallHook | undefined;
  /** Ends the transport's connections. Default: there are none to end. */
  readonly close?: (() => void) | undefined;
}

const CALL_OPTIONS: readonly (keyof op.CallOptions)[] = [
  "timeoutMs",
  "signal",
  "headers",
  "waitForRate",
];

/** An option of a call for this project's own verifier: see `TRY_BEGINS`. */
export const ON_TRY = Symbol("onTry");

/**
 * An option of BatchValidateTokens for this project's own verifier: an answer that is no fact about its
 * token, or cannot be read, is the error of that token, and not of the call. The others are others' tokens.
 */
export const EACH_ALONE = Symbol("eachAlone");

/** What a call takes beside the options that everybody may give. */
export interface OwnOptions {
  readonly [ON_TRY]?: (() => void) | undefined;
  readonly [EACH_ALONE]?: boolean | undefined;
}

/** Calls a TokenService's RPCs of revocation. `SecureTokenClient` adds the others. */
export class RevocationClient {
  /** The generated client: messages as they are on the wire, every error a `ConnectError`. */
  readonly raw: Client<typeof TokenService>;
  readonly #defaultTimeoutMs: number;
  readonly #close: () => void;

  constructor(transport: Transport, options: ClientOptions = {}) {
    keepByteOrderMarks();
    this.raw = createClient(TokenService, tellingCalls(transport, options.onCall));
    this.#defaultTimeoutMs = toTimeout(options.defaultTimeoutMs, "defaultTimeoutMs");
    this.#close = options.close ?? (() => {});
  }

  /**
   * Takes a token back before it expires. That it is not authentic or has expired is an outcome, no error.
   * Resolves once the revocation is durable and in force on that server.
   * @throws TokenError for a reason that breaks its rule, and where the server keeps no revocations.
   */
  async revokeToken(
    token: string,
    options: RevokeOptions = {},
    call?: op.CallOptions,
  ): Promise<RevocationOutcome> {
    return (await this.revokeTokens([{ token }], options, call))[0] as RevocationOutcome;
  }

  /** Takes back every token of a session, to which `sessionId` of the claims belongs. @throws as above. */
  async revokeSession(
    sessionId: string,
    options: RevokeOptions = {},
    call?: op.CallOptions,
  ): Promise<RevocationOutcome> {
    return (await this.revokeTokens([{ sessionId }], options, call))[0] as RevocationOutcome;
  }

  /** Takes back every token that a user has at present. @throws as above. */
  async revokeUser(
    userId: string,
    options: RevokeOptions = {},
    call?: op.CallOptions,
  ): Promise<RevocationOutcome> {
    return (await this.revokeTokens([{ userId }], options, call))[0] as RevocationOutcome;
  }

  /**
   * Takes back what up to 1,000 targets name, and gives what became of each, in order. Revoking again does
   * no harm.
   * @throws TokenError naming the target that breaks its rule, before anything is revoked; else as above.
   */
  async revokeTokens(
    targets: readonly RevocationTarget[],
    options: RevokeOptions = {},
    call?: op.CallOptions,
  ): Promise<RevocationOutcome[]> {
    refuseUnknownOptions("revokeTokens", options, ["reason"]);
    const request = { targets: targets.map(toTarget), reason: options.reason ?? "" };
    const answer = await this.run(this.raw.revokeTokens, request, call);
    return toOutcomes(answer, targets.length);
  }

  /** A page of the revocations in force, the newest first. @throws TokenError as above. */
  async listRevocations(
    filter: RevocationFilter = {},
    call?: op.CallOptions,
  ): Promise<RevocationPage> {
    const request = toListRequest(filter);
    return toPage(await this.run(this.raw.listRevocations, request, call));
  }

  /**
   * Every revocation: those in force first, in pages, unless `cursor`, of an earlier checkpoint, says where
   * to go on; then each change, and a checkpoint every second. Ends by throwing when the connection does:
   * call it again with the last cursor. It has no deadline; `signal` ends it.
   */
  async *watchRevocations(
    cursor = "",
    { signal, headers }: Pick<op.CallOptions, "signal" | "headers"> = {},
  ): AsyncGenerator<RevocationEvent, void, undefined> {
    try {
      const options = { ...(signal && { signal }), ...(headers && { headers }) };
      for await (const event of this.raw.watchRevocations({ cursor }, options))
        yield toEvent(event);
    } catch (error) {
      throw fromConnectError(error);
    }
  }

  /** Ends the connections, and calls under way with them. A later call opens a new one. */
  close(): void {
    this.#close();
  }

  /** One call, with the default deadline, and its error as one of the four where it is one. */
  protected async run<Request, Response>(
    method: (request: Request, options: CallOptions) => Promise<Response>,
    request: Request,
    call: op.CallOptions & OwnOptions = {},
  ): Promise<Response> {
    refuseUnknownOptions("a call", call, CALL_OPTIONS);
    const { timeoutMs, signal, headers, waitForRate = true, [ON_TRY]: onTry } = call;
    const timeout =
      timeoutMs === undefined ? this.#defaultTimeoutMs : toTimeout(timeoutMs, "timeoutMs");
    const contextValues = createContextValues().set(WAITS_FOR_RATE, waitForRate);
    if (onTry !== undefined) contextValues.set(TRY_BEGINS, onTry);
    try {
      return await method(request, {
        timeoutMs: timeout,
        ...(signal && { signal }),
        ...(headers && { headers }),
        contextValues,
      });
    } catch (error) {
      throw fromConnectError(error);
    }
  }
}
