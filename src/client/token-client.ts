/** SecureTokenClient: the manager's methods, answered by a server over any Connect transport. */
import { type CallOptions, type Client, createClient, type Transport } from "@connectrpc/connect";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { fromConnectError } from "./error-details.js";
import { refuseUnknownOptions } from "./known-options.js";
import type * as op from "./operations.js";
import * as requests from "./requests.js";
import * as responses from "./responses.js";
import {
  type RevocationEvent,
  type RevocationFilter,
  type RevocationOutcome,
  type RevocationPage,
  type RevocationTarget,
  type RevokeOptions,
  toEvent,
  toListRequest,
  toOutcomes,
  toPage,
  toTarget,
} from "./revocations.js";
import { keepByteOrderMarks } from "./text-encoding.js";
import { toTimeout } from "./timeouts.js";

/** What a client is given beside its transport. */
export interface ClientOptions {
  /** Milliseconds until a call that sets no `timeoutMs` is given up, above 0, at most 60,000. Default 5000. */
  readonly defaultTimeoutMs?: number | undefined;
  /** Ends the transport's connections. Default: there are none to end. */
  readonly close?: (() => void) | undefined;
}

const CALL_OPTIONS: readonly (keyof op.CallOptions)[] = ["timeoutMs", "signal", "headers"];

/**
 * Calls a TokenService. What is wrong with a token or a request rejects with one of the four
 * exceptions of errors.ts. Everything else (transport, deadline, a fired signal, the caller's own
 * credential) rejects with Connect's `ConnectError` and says nothing about the token.
 */
export class SecureTokenClient {
  /** The generated client: messages as they are on the wire, every error a `ConnectError`. */
  readonly raw: Client<typeof TokenService>;
  readonly #defaultTimeoutMs: number;
  readonly #close: () => void;

  constructor(transport: Transport, options: ClientOptions = {}) {
    keepByteOrderMarks();
    this.raw = createClient(TokenService, transport);
    this.#defaultTimeoutMs = toTimeout(options.defaultTimeoutMs, "defaultTimeoutMs");
    this.#close = options.close ?? (() => {});
  }

  /**
   * Issues a token for a user.
   * @throws TokenError naming the input that breaks its rule.
   */
  async generateToken(
    userId: string,
    options: op.GenerateOptions = {},
    call?: op.CallOptions,
  ): Promise<op.IssuedToken> {
    const request = requests.toGenerateRequest(userId, options);
    return responses.toIssuedToken(await this.#run(this.raw.generateToken, request, call));
  }

  /**
   * A valid token's claims.
   * @throws InvalidTokenError, TokenExpiredError
   */
  async validateToken(token: string, call?: op.CallOptions): Promise<op.ValidToken> {
    const request = { token: requests.toToken(token) };
    return responses.toValidToken(await this.#run(this.raw.validateToken, request, call));
  }

  /**
   * True when the token is valid and holds the permission, compared exactly.
   * @throws PermissionDeniedError when it does not; TokenError when the permission is longer than 128
   * code points; else as `validateToken`.
   */
  async checkPermission(
    token: string,
    requiredPermission: string,
    call?: op.CallOptions,
  ): Promise<true> {
    const request = {
      requiredPermission: requests.toRequiredPermission(requiredPermission, "required_permission"),
      token: requests.toToken(token),
    };
    const { granted } = await this.#run(this.raw.checkPermission, request, call);
    return responses.required(granted, "granted");
  }

  /**
   * For each of at most 256 permissions, in order, whether the token holds it.
   * @throws TokenError for too many or too long permissions; else as `validateToken`.
   */
  async checkPermissions(
    token: string,
    permissions: readonly string[],
    call?: op.CallOptions,
  ): Promise<op.PermissionResult[]> {
    const asked = Array.from(permissions, (permission, i) =>
      requests.toRequiredPermission(permission, `permissions[${i}]`),
    );
    const request = { token: requests.toToken(token), permissions: asked };
    const { results } = await this.#run(this.raw.checkPermissions, request, call);
    const answers = responses.sameCount(results, asked.length);
    return answers.map(({ permission, granted }) => ({ permission, granted }));
  }

  /**
   * Validates up to 1,000 tokens; what is wrong with one is its own result, in the tokens' order.
   * @throws TokenError for more than 1,000.
   */
  async batchValidateTokens(
    tokens: readonly string[],
    call?: op.CallOptions,
  ): Promise<op.BatchResult[]> {
    const request = { tokens: Array.from(tokens, requests.toAnyToken) };
    const { results } = await this.#run(this.raw.batchValidateTokens, request, call);
    return responses.sameCount(results, request.tokens.length).map(responses.toBatchResult);
  }

  /**
   * A new token with the user, permissions, additional data and session of a valid one, which stays
   * valid unless `revokeOld` is set. No token outlives its session; the answer tells what was granted.
   * @throws TokenError for a lifetime out of range, for `revokeOld` where the server keeps no
   * revocations, and once the session has ended; else as `validateToken`.
   */
  async refreshToken(
    token: string,
    options: op.RefreshOptions = {},
    call?: op.CallOptions,
  ): Promise<op.RefreshedToken> {
    const request = requests.toRefreshRequest(token, options);
    return responses.toRefreshedToken(await this.#run(this.raw.refreshToken, request, call));
  }

  /** All that is known of a valid token. @throws as `validateToken`. */
  async getTokenInfo(token: string, call?: op.CallOptions): Promise<op.TokenInfo> {
    const request = { token: requests.toToken(token) };
    return responses.toTokenInfo(await this.#run(this.raw.getTokenInfo, request, call));
  }

  /** A token's state. Never rejects because of the token. */
  async introspectToken(token: string, call?: op.CallOptions): Promise<op.Introspection> {
    const request = { token: requests.toAnyToken(token) };
    return responses.toIntrospection(await this.#run(this.raw.introspectToken, request, call));
  }

  /** How the server makes tokens. Holds no byte of a key. */
  async exportConfig(call?: op.CallOptions): Promise<op.ExportedConfig> {
    return responses.toExportedConfig(await this.#run(this.raw.exportConfig, {}, call));
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
    const answer = await this.#run(this.raw.revokeTokens, request, call);
    return toOutcomes(answer, targets.length);
  }

  /** A page of the revocations in force, the newest first. @throws TokenError as above. */
  async listRevocations(
    filter: RevocationFilter = {},
    call?: op.CallOptions,
  ): Promise<RevocationPage> {
    const request = toListRequest(filter);
    return toPage(await this.#run(this.raw.listRevocations, request, call));
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
  async #run<Request, Response>(
    method: (request: Request, options: CallOptions) => Promise<Response>,
    request: Request,
    call: op.CallOptions = {},
  ): Promise<Response> {
    refuseUnknownOptions("a call", call, CALL_OPTIONS);
    const { timeoutMs, signal, headers } = call;
    const timeout =
      timeoutMs === undefined ? this.#defaultTimeoutMs : toTimeout(timeoutMs, "timeoutMs");
    try {
      return await method(request, {
        timeoutMs: timeout,
        ...(signal && { signal }),
        ...(headers && { headers }),
      });
    } catch (error) {
      throw fromConnectError(error);
    }
  }
}
