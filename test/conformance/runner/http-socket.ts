/** HTTP/1.1 as bytes on a socket, for requests that no client would send. */
import { connect } from "node:net";
import type { GuardAnswer } from "../suite/guards.js";

/** How long a server may take to answer and close, in milliseconds. */
const ANSWER_MS = 20_000;

/** Sends a request that asks to close the connection, and reads the answer up to that. */
export async function sendBytes(address: string, request: Buffer): Promise<GuardAnswer> {
  const colon = address.lastIndexOf(":");
  const socket = connect(Number(address.slice(colon + 1)), address.slice(0, colon));
  socket.setTimeout(ANSWER_MS, () => socket.destroy(new Error("the guarded server is silent")));
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A parser that refuses a request may reset the connection behind its answer.
    socket.on("error", (error) => (chunks.length > 0 ? resolve() : reject(error)));
    socket.on("close", () => resolve());
    socket.write(request);
  });
  return parseAnswer(Buffer.concat(chunks));
}

function parseAnswer(bytes: Buffer): GuardAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(`no answer of HTTP/1.1: ${bytes.toString("latin1", 0, 200)}`);
  const [statusLine = "", ...fields] = bytes.toString("latin1", 0, end).split("\r\n");
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(":");
    const name = field.slice(0, colon).toLowerCase();
    const value = field.slice(colon + 1).trim();
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  const body = bytes.subarray(end + 4);
  const isChunked = headers["transfer-encoding"]?.toLowerCase() === "chunked";
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: (isChunked ? joinChunks(body) : body).toString("utf8"),
  };
}

/** The data of a chunked body (RFC 9112, section 7.1). */
function joinChunks(body: Buffer): Buffer {
  const data: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf("\r\n", at);
    const size = lineEnd < 0 ? 0 : Number.parseInt(body.toString("latin1", at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(data);
    data.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}
