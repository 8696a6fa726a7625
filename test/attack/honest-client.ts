/** A client that does nothing wrong, and notes how it is served. */
import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { TEST_CERTIFICATE } from "../support/tls.js";

/** How an honest client was served. */
export interface Served {
  readonly calls: number;
  /** What failed, as text. Must be empty. */
  readonly errors: readonly string[];
  /** Milliseconds that half of the calls took at most. */
  readonly p50: number;
  /** Milliseconds that 99 of 100 calls took at most. */
  readonly p99: number;
}

/** An honest client at work. */
export interface HonestClient {
  /** Makes no more calls, and waits for those under way. */
  stop(): Promise<Served>;
}

/** What an honest client does. */
export type HonestWork = "calls" | "batches";

/** A call that is made again and again. */
interface Work {
  readonly path: string;
  readonly body: string;
  /** How often, in milliseconds. */
  readonly everyMs: number;
}

const SERVICE = "/securetoken.v1.TokenService";
/** Tokens of a batch, whose answer is larger than what may be sent before it is read. */
const BATCH_TOKENS = 400;
/** How often it tries to connect, before it counts, to a server that may lose patience with a busy machine. */
const MOST_OPENINGS = 20;

/** Validates a token a hundred times a second, or batches, all on one connection, which must stay open from its first answer on. */
export async function startHonestClient(
  origin: string,
  token: string,
  kind: HonestWork = "calls",
): Promise<HonestClient> {
  const work = workOf(kind, token);
  const session = await openSession(origin, work);
  const errors: string[] = [];
  const times: number[] = [];
  let stopping = false;
  session.on("error", (error) => errors.push(`session: ${error.message}`));
  session.on("close", () => stopping || errors.push("session closed"));
  const pending = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const call = callOnce(session, work).then(
      (ms) => void times.push(ms),
      (error) => void errors.push(error.message),
    );
    pending.add(call);
    call.then(() => pending.delete(call));
  }, work.everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(pending);
      stopping = true;
      session.close();
      times.sort((a, b) => a - b);
      const at = (part: number) => times[Math.floor(times.length * part)] ?? Number.NaN;
      return { calls: times.length, errors, p50: at(0.5), p99: at(0.99) };
    },
  };
}

function workOf(kind: HonestWork, token: string): Work {
  if (kind === "calls") {
    return { path: `${SERVICE}/ValidateToken`, body: JSON.stringify({ token }), everyMs: 10 };
  }
  const tokens = Array.from({ length: BATCH_TOKENS }, () => token);
  return { path: `${SERVICE}/BatchValidateTokens`, body: JSON.stringify({ tokens }), everyMs: 250 };
}

/** A connection over which a call was answered. */
async function openSession(origin: string, work: Work): Promise<ClientHttp2Session> {
  for (let opened = 1; ; opened++) {
    const session = connect(origin, { ca: TEST_CERTIFICATE });
    // Told by what is awaited here; later ones by whoever has the session.
    session.on("error", () => {});
    try {
      await once(session, "connect");
      await callOnce(session, work);
      return session;
    } catch (error) {
      session.destroy();
      if (opened === MOST_OPENINGS) throw error;
    }
  }
}

/** One call; the milliseconds that it took. */
function callOnce(session: ClientHttp2Session, { path, body }: Work): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/json",
      // The longest, so that a busy machine fails no call.
      "connect-timeout-ms": "60000",
    });
    let status = 0;
    stream.on("response", (headers) => {
      status = headers[":status"] ?? 0;
    });
    stream.on("error", reject);
    stream.on("close", () => {
      if (status === 200) resolve(performance.now() - start);
      else reject(new Error(`status ${status}, code ${stream.rstCode}`));
    });
    stream.resume();
    stream.end(body);
  });
}
