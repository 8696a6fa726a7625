/** What those may send whom nobody knows. */

/**
 * The largest request message of an RPC that anyone may call, health and reflection, in bytes: a name, or a symbol.
 * Less than of other RPCs, because every stream of every connection may keep one that is not whole.
 */
export const MAX_OPEN_REQUEST_BYTES = 4 * 1024;
