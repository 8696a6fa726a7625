/** SecureTokenClient: the manager's methods, answered by a server over any Connect transport. */
import type * as op from "./operations.js";
import * as requests from "./requests.js";
import * as responses from "./responses.js";
import { RevocationClient } from "./revocation-client.js";

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
   * A valid token's claims.
   * @throws InvalidTokenError, TokenExpiredError
   */
  async validateToken(token: string, call?: op.CallOptions): Promise<op.ValidToken> {
    const request = { token: requests.toToken(token) };
    return responses.toValidToken(await this.run(this.raw.validateToken, request, call));
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
    const { granted } = await this.run(this.raw.checkPermission, request, call);
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
    const { results } = await this.run(this.raw.checkPermissions, request, call);
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
    call?: op.CallOptions,
  ): Promise<op.BatchResult[]> {
    const request = { tokens: Array.from(tokens, requests.toAnyToken) };
    const { results } = await this.run(this.raw.batchValidateTokens, request, call);
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
