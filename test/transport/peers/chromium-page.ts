/** The half of `chromium.test.ts` that runs in the page: streams by `fetch` alone, calls by the client for browsers. */
import { createSecureTokenClient } from "../../../src/client/web.js";

/** A stream of Connect's JSON: what has come so far. */
export interface Watched {
  /** Each message; the last holds the end of the stream. */
  readonly messages: unknown[];
  /** Settles with the stream's end, or with the error that broke it. */
  readonly ended: Promise<string>;
}

/** What the test calls in the page. */
export interface PeerPage {
  /** Opens a stream. */
  watch(path: string): Watched;
  /** Calls ExportConfig over and over, `atOnce` at once, until `stopCalls`. */
  startCalls(atOnce: number): void;
  /** Calls that have ended. */
  ended(): number;
  /** Gives what each call that was lost was lost by. */
  stopCalls(): Promise<string[]>;
}

const ENVELOPE = 5;
const MESSAGE = new Uint8Array([0, 0, 0, 0, 2, 0x7b, 0x7d]);

let isStopped = false;
let ended = 0;
let loops: Promise<void>[] = [];
const failures: string[] = [];

const peerPage: PeerPage = {
  watch(path) {
    const messages: unknown[] = [];
    return { messages, ended: readMessages(path, messages).catch(String) };
  },
  startCalls(atOnce) {
    loops = Array.from({ length: atOnce }, callUntilStopped);
  },
  ended: () => ended,
  async stopCalls() {
    isStopped = true;
    await Promise.all(loops);
    return failures;
  },
};
Object.assign(globalThis, { peerPage });

async function readMessages(path: string, messages: unknown[]): Promise<string> {
  const headers = { "content-type": "application/connect+json" };
  const answer = await fetch(path, { method: "POST", headers, body: MESSAGE });
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  let rest: number[] = [];
  for (;;) {
    const { done, value = [] } = await reader.read();
    if (done) return "end";
    rest = [...rest, ...value];
    for (let size = nextSize(rest); size <= rest.length; size = nextSize(rest)) {
      const text = new TextDecoder().decode(new Uint8Array(rest.slice(ENVELOPE, size)));
      messages.push(JSON.parse(text));
      rest = rest.slice(size);
    }
  }
}

/** The bytes of the next message with its envelope; Infinity where that is not known yet. */
function nextSize(bytes: number[]): number {
  if (bytes.length < ENVELOPE) return Number.POSITIVE_INFINITY;
  return ENVELOPE + bytes.slice(1, ENVELOPE).reduce((size, byte) => size * 256 + byte, 0);
}

/**
 * By the client, which sends a call again that was never sent. Chromium fails a request with ERR_FAILED that has chosen
 * a connection, and has no stream of it yet, when a GOAWAY comes, whatever that says.
 */
async function callUntilStopped(): Promise<void> {
  const client = createSecureTokenClient({ baseUrl: location.origin });
  while (!isStopped) {
    await client.exportConfig().catch((error) => failures.push(String(error)));
    ended++;
  }
}
