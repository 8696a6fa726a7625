/** Looks at what a server answers to plaintext, where a call's error does not tell. */
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionFault } from "./connection-fault.js";

/** The start of every HTTP/2 connection (RFC 9113, section 3.4), and empty SETTINGS. */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0", "latin1");
/** How long a server may take for its first byte, in milliseconds. */
const PROBE_MS = 1000;
/** An alert and a handshake of TLS (RFC 8446, section 5.1). */
const TLS_RECORDS: readonly (number | undefined)[] = [0x15, 0x16];

/** What a plaintext HTTP/2 client meets at an address; undefined for HTTP/2, for silence, and for nobody. */
export async function probePlaintext(
  host: string,
  port: number,
): Promise<ConnectionFault | undefined> {
  const answer = await firstBytes(host, port);
  if (answer === undefined) return undefined;
  if (answer.toString("latin1", 0, 5) === "HTTP/") return "NOT_HTTP2";
  // Many servers of TLS close a connection that begins otherwise, without a byte.
  const isTls =
    TLS_RECORDS.includes(answer[0]) || (answer.length === 0 && (await speaksTls(host, port)));
  return isTls ? "PLAINTEXT_TO_TLS" : undefined;
}

/** What the server says first; empty where it closes the connection instead. */
function firstBytes(host: string, port: number): Promise<Buffer | undefined> {
  const socket = connect({ host, port });
  socket.on("connect", () => socket.write(PREFACE));
  return settled(socket, (resolve) => {
    let isConnected = false;
    socket.on("connect", () => {
      isConnected = true;
    });
    socket.on("data", resolve);
    socket.on("close", () => resolve(isConnected ? Buffer.alloc(0) : undefined));
  });
}

/** Whether the server answers a handshake of TLS. No byte of a call is sent, so no certificate is looked at. */
async function speaksTls(host: string, port: number): Promise<boolean> {
  const socket = connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  const answer = await settled<boolean>(socket, (resolve) => {
    socket.on("secureConnect", () => resolve(true));
    socket.on("error", ({ message }) => resolve(/alert/.test(message)));
  });
  return answer === true;
}

function settled<T>(
  socket: Socket,
  watch: (resolve: (value: T | undefined) => void) => void,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const end = (value: T | undefined) => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(PROBE_MS, () => end(undefined));
    socket.on("error", () => {}); // "close" follows
    watch(end);
    socket.on("close", () => resolve(undefined));
  });
}
