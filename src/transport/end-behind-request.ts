/** Ends an HTTP/1.1 connection whose last answer is out although its request has not come whole. */
import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { endSocket } from "../http2/index.js";
import { whenLate } from "./late.js";

/** How long the rest of a request may take, in milliseconds. */
const REST_MS = 5_000;
/** How many octets of it are read: what is beyond them is not worth an answer that arrives. */
const MAX_REST_BYTES = 4 * 1024 * 1024;

/**
 * Ends a connection, and drops what still comes of a request. A client may look at its answer only once all is sent: closed
 * with octets unread, the connection would be reset, and the answer be lost. Beyond the bounds it is cut.
 */
export function endBehindRequest(socket: Socket, request: IncomingMessage): void {
  const most = socket.bytesRead + MAX_REST_BYTES;
  const stopWaiting = whenLate(REST_MS, () => socket.destroy());
  socket.once("close", stopWaiting);
  request.once("end", () => endSocket(socket));
  request.on("data", () => {
    if (socket.bytesRead > most) socket.destroy();
  });
  request.resume();
  socket.end();
}
