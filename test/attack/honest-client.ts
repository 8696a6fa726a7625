/** A client that does nothing wrong, and notes how it is served. */
import { once } from "node:events";
import { connect } from "node:http2";
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

const PATH = "/securetoken.v1.TokenService/ValidateToken";

/** Validates a token every `everyMs` milliseconds, all on one connection that must stay open. */
export async function startHonestClient(
  origin: string,
  token: string,
  everyMs = 10,
): Promise<HonestClient> {
  const session = connect(origin, { ca: TEST_CERTIFICATE });
  const errors: string[] = [];
  const times: number[] = [];
  let stopping = false;
  session.on("error", (error) => errors.push(`session: ${error.message}`));
  session.on("close", () => stopping || errors.push("session closed"));
  await once(session, "connect");
  const pending = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const call = callOnce(session, token).then(
      (ms) => void times.push(ms),
      (error) => void errors.push(error.message),
    );
    pending.add(call);
    call.then(() => pending.delete(call));
  }, everyMs);
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

/** One call; the milliseconds that it took. */
function callOnce(session: ReturnType<typeof connect>, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const stream = session.request({
      ":method": "POST",
      ":path": PATH,
      "content-type": "application/json",
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
    stream.end(JSON.stringify({ token }));
  });
}
