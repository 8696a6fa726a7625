/** Strict-Transport-Security (RFC 6797): a browser that has come over TLS once comes back over TLS alone. */

/**
 * What answers over TLS carry, to calls too (section 7.1), but for what is refused before it is looked at (what is
 * malformed, CONNECT) and 421, whose name is not the server's. Which client is a browser is not known, and others
 * ignore it. A year, as scanners and preload lists ask for; browsers ignore it for addresses, and without TLS.
 */
export const TRANSPORT_SECURITY = { "strict-transport-security": "max-age=31536000" };
