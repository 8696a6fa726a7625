/** Accepts connections in the clear. */
import { createServer, type Server, type Socket } from "node:net";
import { detectProtocol, type Protocol } from "./detect-protocol.js";
import type { ConnectionLimits } from "./limits.js";

/** A server that hands each connection on once its first bytes have told its protocol. */
export function createClearListener(
  limits: ConnectionLimits,
  serve: (protocol: Protocol, socket: Socket, firstBytes: Buffer | undefined) => void,
): Server {
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true };
  const timeouts = {
    unusedMs: limits.keepAliveTimeoutMs,
    undecidedMs: limits.detectionTimeoutMs,
  };
  return createServer(options, (socket) => {
    detectProtocol(socket, timeouts, (protocol, head) => {
      if (protocol === "http/1.1") {
        socket.unshift(head);
        serve(protocol, socket, undefined);
      } else {
        serve(protocol, socket, head);
      }
    });
  });
}
