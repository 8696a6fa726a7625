/** Permissions as the scopes of OAuth 2.0. */

const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whether a permission can be told as a scope (RFC 6749, section 3.3): one that is none would read as several. */
export function isScopeToken(permission: string): boolean {
  return SCOPE_TOKEN.test(permission);
}
