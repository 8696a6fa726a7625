/** Whether what a valid token comes to finds room among the headers that a gateway takes from an answer. */
import { Code, ConnectError } from "@connectrpc/connect";
import { HeadersTooLongError } from "./refusal.js";

/** The room of a gateway, and how it has the headers. */
export interface AnswerRoom {
  /** In octets, of names and values with `: ` and the line's end. */
  readonly octets: number;
  /** What a character of a value is on its way to the application. */
  readonly encoding: "latin1" | "utf8";
}

/**
 * Identity alone always fits. Beside a client's cookies it may not, and what has no room is an error to a gateway:
 * nginx takes it for the failure of a server, which it would then leave alone, and Envoy answers with a bare 500.
 *
 * @throws ConnectError with a HeadersTooLongError
 */
export function requireRoom(
  headers: readonly (readonly [name: string, value: string])[],
  { octets, encoding }: AnswerRoom,
): void {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  if (Buffer.byteLength(lines.join(""), encoding) <= octets) return;
  const error = new HeadersTooLongError("identity and cookies are too long for headers");
  throw new ConnectError(error.message, Code.PermissionDenied, undefined, undefined, error);
}
