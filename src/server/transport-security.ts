/** Strict-Transport-Security (RFC 6797): a browser that has come over TLS once comes back over TLS alone. */
import { addHeader, type HttpHandler } from "../transport/adapter/index.js";

/** A year, as scanners and preload lists ask for; browsers ignore it for addresses, and without TLS. */
const HEADER = { "strict-transport-security": "max-age=31536000" };

/** The same handler, whose answers carry the header. Only for servers with TLS. */
export function withTransportSecurity(handler: HttpHandler): HttpHandler {
  return async (exchange) => addHeader(await handler(exchange), HEADER);
}
