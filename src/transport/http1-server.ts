/** Node's HTTP/1.1 server, within the bounds of a listener that gives it its connections. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Http1Connections } from "./http1-connections.js";
import { refusalOf, refuseExpectation } from "./http1-refusals.js";
import { countedRequests } from "./http1-request.js";
import { Http1Response } from "./http1-response.js";
import { type ConnectionLimits, http1Options } from "./limits.js";

/**
 * Makes the server. It never listens: each connection is emitted on it.
 *
 * @param onExpectation is called for each request that is refused for its `Expect`
 */
export function createHttp1Server(
  limits: ConnectionLimits,
  connections: Http1Connections,
  onRequest: RequestListener,
  onExpectation: (socket: Socket) => void,
): Server {
  const options = {
    ...http1Options(limits),
    IncomingMessage: countedRequests((socket, octets) => connections.countPiece(socket, octets)),
    ServerResponse: Http1Response,
  };
  const server = createServer(options, connections.bound(onRequest));
  // Node leaves out what comes behind the thousandth field, a second credential or Host; the bytes are bounded.
  server.maxHeadersCount = 0;
  const refuseExpected = connections.bound((request, response) => {
    onExpectation(request.socket);
    refuseExpectation(request, response);
  });
  server.on("checkExpectation", refuseExpected);
  server.on("clientError", (error, socket) => {
    if (isUnused(error, socket as Socket)) return;
    connections.refuse(socket as Socket, refusalOf(error));
  });
  server.on("connection", (socket) => {
    connections.accept(socket);
    if (socket instanceof TLSSocket) readAsStream(socket);
  });
  server.on("connect", (_request, socket) => connections.refuseTunnel(socket as Socket));
  // A server that never listens itself does not check for slow requests unless told that it does.
  server.emit("listening");
  return server;
}

/**
 * Has what comes over TLS read from the socket, and not by the parser itself. Node pauses its parser for a request that
 * comes while an answer is not sent yet, and goes on giving it the records that it has decrypted: a request of two
 * records would be refused as malformed.
 */
function readAsStream(socket: TLSSocket): void {
  // A listener of a user is what makes Node do so.
  socket.on("data", () => {});
}

/**
 * Whether a connection is too late for a request of which nothing has come: Node counts from its beginning. A client that
 * keeps it for later would lose the call that it sends at that moment.
 */
function isUnused({ code }: NodeJS.ErrnoException, socket: Socket): boolean {
  return code === "ERR_HTTP_REQUEST_TIMEOUT" && socket.bytesRead === 0;
}
