/** Hostile requests against a real server: refusals of every kind, but never INTERNAL or UNKNOWN. */
import assert from "node:assert/strict";
import { Code } from "@connectrpc/connect";
import { codeFromString } from "@connectrpc/connect/protocol-connect";
import { seededRandom } from "../support/random.js";
import type { Counts } from "./mutated-tokens.js";
import { nastyRequest, type Protocol } from "./nasty-requests.js";
import { type RawAnswer, type RawRequest, rawHttp1, rawHttp2 } from "./raw-client.js";

/** Where the requests go: one origin for each version of HTTP, or one port for both. */
export interface Target {
  readonly http1: string;
  readonly http2: string;
  /** A token that is valid there. */
  readonly token: string;
}

const AT_ONCE = 32;

/** Sends `count` hostile requests of one protocol. Throws for the first answer that may not be. */
export async function fuzzRequestBodies(
  target: Target,
  protocol: Protocol,
  count: number,
  seed: number,
): Promise<Counts> {
  const random = seededRandom(seed);
  const [http1, http2] = [rawHttp1(target.http1), rawHttp2(target.http2)];
  const counts: Counts = {};
  let sent = 0;
  const work = async () => {
    while (sent < count) {
      const turn = sent++;
      const request = nastyRequest(random, protocol, target.token);
      // gRPC needs HTTP/2; the others are served over both.
      const client = protocol !== "grpc" && turn % 4 === 0 ? http1 : http2;
      const outcome = await client.send(request).then(
        (answer) => outcomeOf(request, answer),
        (error) => `FAILED: ${error.message}`,
      );
      const where = `seed ${seed}, ${protocol} request ${turn}: ${outcome}: ${show(request)}`;
      assert.ok(isAllowed(outcome), where);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    http1.close();
    http2.close();
  }
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}

function show({ method, path, headers, body }: RawRequest): string {
  return `${method} ${path} ${JSON.stringify(headers)} ${body.toString("base64").slice(0, 4000)}`;
}

function isAllowed(outcome: string): boolean {
  return !/^(internal|unknown|FAILED|HTTP 5|no status|unreadable|reset .*INTERNAL)/.test(outcome);
}

/** The call's code, or the HTTP status where the request was no call at all. */
export function outcomeOf(request: RawRequest, answer: RawAnswer): string {
  if (answer.reset !== undefined) return `reset ${answer.reset}`;
  const type = answer.headers["content-type"] ?? "";
  if (type.startsWith("application/grpc-web")) return grpcWebCode(answer);
  if (type.startsWith("application/grpc")) return grpcCode(answer.headers, answer.trailers);
  if (answer.status === 200) return "ok";
  if (type !== "application/json") return `HTTP ${answer.status}`;
  try {
    const { code } = JSON.parse(answer.body.toString());
    return codeFromString(code) === undefined ? `unreadable ${code}` : code;
  } catch {
    return `unreadable answer to ${request.path}`;
  }
}

function grpcCode(...places: Record<string, unknown>[]): string {
  const status = places.map((place) => place["grpc-status"]).find((value) => value !== undefined);
  if (status === undefined) return "no status";
  return Number(status) === 0 ? "ok" : nameOf(Number(status));
}

/** gRPC-Web puts its trailers into the body, behind a flag of 0x80. */
function grpcWebCode(answer: RawAnswer): string {
  let { body } = answer;
  while (body.length >= 5 && body[0] !== 0x80) body = body.subarray(5 + body.readUInt32BE(1));
  const trailers = /grpc-status: ?(\d+)/i.exec(body.toString("latin1"));
  return trailers ? grpcCode({ "grpc-status": trailers[1] }) : grpcCode(answer.headers);
}

/** `InvalidArgument` as Connect spells it on the wire. */
function nameOf(code: number): string {
  return (Code[code] ?? `unreadable ${code}`).replace(/(?<=.)[A-Z]/g, "_$&").toLowerCase();
}
