/** The application behind a gateway: tells what has reached it, and takes WebSocket upgrades and CONNECT. */
import { hash } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** RFC 6455, section 1.3. */
const WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** A request as it has reached the application. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Fields behind its body. */
  readonly trailers: NodeJS.Dict<string>;
}

/** An application that runs. */
export interface EchoApplication {
  readonly port: number;
  /** All that has come since the last look. */
  received(): ReceivedRequest[];
  close(): Promise<void>;
}

/** Starts the application on a free port of loopback. */
export async function startEchoApplication(): Promise<EchoApplication> {
  let requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ maxHeaderSize: 128 * 1024 });
  const note = ({ method = "", url = "", headers, trailers }: IncomingMessage) =>
    requests.push({ method, url, headers, trailers });
  server.on("request", (request, response) => {
    request.resume().once("end", () => {
      note(request);
      response.end("the application");
    });
  });
  // As an application that looks at no method: a tunnel, if the gateway takes the answer for one.
  server.on("connect", (request, socket) => {
    note(request);
    socket.end("HTTP/1.1 200 OK\r\n\r\n");
  });
  server.on("upgrade", (request, socket) => {
    note(request);
    const accept = hash("sha1", `${request.headers["sec-websocket-key"]}${WEBSOCKET}`, "base64");
    socket.end(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    received() {
      const all = requests;
      requests = [];
      return all;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
