/** SecureTokenClient: the manager's methods, answered by a server over any Connect transport. */
import type * as op from "./operations.js";
import * as requests from "./requests.js";
import * as responses from "./responses.js";
import { EACH_ALONE, type OwnOptions, RevocationClient } from "./revocation-client.js";

/**
 * Calls a TokenService. What is wrong with a token or a request rejects with one of the four
 * exceptions of errors.ts. Everything else (transport, deadline, a fired signal, the caller's own
 * credential) rejects with Connect's `ConnectError` and says nothing about the token.
 */
export class SecureTokenClient extends RevocationClient {
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
    return responses.toIssuedToken(await this.run(this.raw.generateToken, request, call));
  }

  /**
   * A valid token's claims. With `audience`, the token must be meant for it.
   * @throws InvalidTokenError, TokenExpiredError; TokenError for an audience that breaks its rule.
   */
  async validateToken(token: string, options?: op.CheckOptions): Promise<op.ValidToken> {
    const { audience, call } = requests.toRequired(options);
    const request = { token: requests.toToken(token), audience };
    const answer = await this.run(this.raw.validateToken, request, call);
    return responses.checkedFor(audience, answer, responses.toValidToken(answer));
  }

  /**
   * True when the token is valid and holds the permission, compared exactly.
   * @throws PermissionDeniedError when it does not; TokenError when the permission is longer than 128
   * code points; else as `validateToken`.
   */
  async checkPermission(
    token: string,
    requiredPermission: string,
    options?: op.CheckOptions,
  ): Promise<true> {
    const { audience, call } = requests.toRequired(options);
    const request = {
      requiredPermission: requests.toRequiredPermission(requiredPermission, "required_permission"),
      token: requests.toToken(token),
      audience,
    };
    const answer = await this.run(this.raw.checkPermission, request, call);
    responses.required(answer.granted, "granted");
    responses.checkedFor(audience, answer, answer);
    return true;
  }

  /**
   * For each of at most 256 permissions, in order, whether the token holds it.
   * @throws TokenError for too many or too long permissions; else as `validateToken`.
   */
  async checkPermissions(
    token: string,
    permissions: readonly string[],
    options?: op.CheckOptions,
  ): Promise<op.PermissionResult[]> {
    const { audience, call } = requests.toRequired(options);
    const asked = Array.from(permissions, (permission, i) =>
      requests.toRequiredPermission(permission, `permissions[${i}]`),
    );
    const request = { token: requests.toToken(token), permissions: asked, audience };
    const answer = await this.run(this.raw.checkPermissions, request, call);
    const { results } = responses.checkedFor(audience, answer, answer);
    const answers = responses.sameCount(results, asked.length);
    return answers.map(({ permission, granted }) => ({ permission, granted }));
  }

  /**
   * Validates up to 1,000 tokens, of 1 MiB in all: 127 of the longest. What is wrong with one is its own
   * result, in the tokens' order.
   * @throws TokenError for more than 1,000; ConnectError RESOURCE_EXHAUSTED for more than 1 MiB.
   */
  async batchValidateTokens(
    tokens: readonly string[],
    options?: op.CheckOptions,
  ): Promise<op.BatchResult[]> {
    const { audience, call } = requests.toRequired(options);
    const request = { tokens: Array.from(tokens, requests.toAnyToken), audience };
    const { results } = await this.run(this.raw.batchValidateTokens, request, call);
    const answers = responses.sameCount(results, request.tokens.length);
    const isAlone = (call as OwnOptions)[EACH_ALONE] === true;
    const read = isAlone ? responses.toLoneResult : responses.toBatchResult;
    return answers.map((result) => read(result, audience));
  }

  /**
   * A new token with the user, permissions, additional data, audiences and session of a valid one, which stays
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
    return responses.toRefreshedToken(await this.run(this.raw.refreshToken, request, call));
  }

  /** All that is known of a valid token. @throws as `validateToken`. */
  async getTokenInfo(token: string, call?: op.CallOptions): Promise<op.TokenInfo> {
    const request = { token: requests.toToken(token) };
    return responses.toTokenInfo(await this.run(this.raw.getTokenInfo, request, call));
  }

  /** A token's state. Never rejects because of the token. */
  async introspectToken(token: string, call?: op.CallOptions): Promise<op.Introspection> {
    const request = { token: requests.toAnyToken(token) };
    return responses.toIntrospection(await this.run(this.raw.introspectToken, request, call));
  }

  /** How the server makes tokens. Holds no byte of a key. */
  async exportConfig(call?: op.CallOptions): Promise<op.ExportedConfig> {
    return responses.toExportedConfig(await this.run(this.raw.exportConfig, {}, call));
  }
}
