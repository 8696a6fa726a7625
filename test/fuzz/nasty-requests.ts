/** Requests to TokenService that no well-behaved client sends. */
import { create, type DescMethodUnary, toBinary, toJsonString } from "@bufbuild/protobuf";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { Random } from "../support/random.js";
import { mutateBytes } from "./mutate.js";
import { nastyPayload } from "./nasty-json.js";
import type { RawRequest } from "./raw-client.js";

/** The protocols of the port. */
export type Protocol = "connect+proto" | "connect+json" | "grpc" | "grpc-web";

const CONTENT_TYPES: Record<Protocol, readonly string[]> = {
  "connect+proto": ["application/proto"],
  "connect+json": ["application/json", "application/json; charset=utf-8"],
  grpc: ["application/grpc", "application/grpc+proto", "application/grpc+json"],
  "grpc-web": ["application/grpc-web", "application/grpc-web+proto", "application/grpc-web+json"],
};
const FOREIGN_TYPES = [
  "",
  "text/plain",
  "application/grpc-web-text",
  "application/connect+proto",
  "application/grpc+xml",
  "\u00ff",
];
const TIMEOUTS = [
  "",
  "0",
  "0n",
  "1n",
  "1u",
  "5S",
  "99999999H",
  "100000000S",
  "-1S",
  "1",
  "1s",
  "S",
  "1e3m",
  "9".repeat(40),
  "NaN",
];
const ENCODINGS = [
  "identity",
  "gzip",
  "br",
  "deflate",
  "snappy",
  "",
  "identity,gzip",
  "x".repeat(500),
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["grpc-timeout", TIMEOUTS],
  ["connect-timeout-ms", TIMEOUTS],
  ["grpc-encoding", ENCODINGS],
  ["content-encoding", ENCODINGS],
  ["connect-content-encoding", ENCODINGS],
  ["grpc-accept-encoding", ENCODINGS],
  ["accept-encoding", ENCODINGS],
  ["connect-protocol-version", ["1", "2", "", "x"]],
  ["te", ["trailers"]],
  ["origin", ["https://example.com", "null", ""]],
  ["authorization", ["Bearer x", "Basic Og==", ""]],
  ["x-bin-bin", ["AAAA", "!!!!", "="]],
  ["grpc-message", ["%zz"]],
  ["user-agent", ["x", "grpc-node/1"]],
];

/** One request in a protocol: any method of the service, its message damaged or its values absurd. */
export function nastyRequest(random: Random, protocol: Protocol, token: string): RawRequest {
  const method = random.pick(Object.values(TokenService.method)) as DescMethodUnary;
  const own = random.pick(CONTENT_TYPES[protocol]);
  const type = random.chance(0.97) ? own : random.pick(FOREIGN_TYPES);
  const headers: Record<string, string> = type === "" ? {} : { "content-type": type };
  for (const [name, values] of HEADERS)
    if (random.chance(0.04)) headers[name] = random.pick(values);
  const query = random.chance(0.02)
    ? random.pick(["?", "?a=%zz", "?encoding=json&message=%7B%7D"])
    : "";
  return {
    method: random.chance(0.98) ? "POST" : random.pick(["GET", "PUT", "OPTIONS", "DELETE"]),
    path: `/${TokenService.typeName}/${random.chance(0.99) ? method.name : "Nothing"}${query}`,
    headers,
    body: body(random, method, protocol, own.includes("json"), token),
  };
}

function body(
  random: Random,
  method: DescMethodUnary,
  protocol: Protocol,
  json: boolean,
  token: string,
): Buffer {
  if (random.chance(0.1)) return random.bytes(random.int(300));
  if (random.chance(0.005)) return Buffer.alloc(70_000, random.pick(["\0", " ", "\n"]));
  const make = () => message(random, method, json, token);
  const framed = (bytes: Buffer) =>
    protocol.startsWith("connect") ? bytes : envelope(random, bytes);
  let bytes = make();
  if (random.chance(0.35)) bytes = mutateBytes(random, bytes, make());
  bytes = framed(bytes);
  if (random.chance(0.1)) bytes = mutateBytes(random, bytes, framed(make()));
  return random.chance(0.02) ? Buffer.concat([bytes, framed(make())]) : bytes;
}

/** gRPC's prefix: flags and length, now and then untrue. */
function envelope(random: Random, bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = random.chance(0.95) ? 0 : random.pick([1, 2, 3, 0x80, 0xff]);
  const length = random.chance(0.95)
    ? bytes.length
    : random.pick([0, bytes.length + 1, 65_537, 2 ** 32 - 1]);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
}

/** A message of the method's input, its values ordinary or absurd, or JSON that is none at all. */
function message(random: Random, method: DescMethodUnary, json: boolean, token: string): Buffer {
  if (json && random.chance(0.2)) return nastyPayload(random);
  const fields = values(random, token) as object;
  const known = Object.fromEntries(
    Object.entries(fields).filter(([name]) => method.input.field[name] && random.chance(0.8)),
  );
  const built = create(method.input, known);
  try {
    return json
      ? Buffer.from(toJsonString(method.input, built))
      : Buffer.from(toBinary(method.input, built));
  } catch {
    // Durations out of range have no JSON, lone surrogates no UTF-8: a client would write them raw.
    return Buffer.from(
      JSON.stringify({ ...known, expiresIn: "1e9s" }, (_, v) =>
        typeof v === "bigint" ? String(v) : v,
      ),
    );
  }
}

function values(random: Random, token: string) {
  const texts = ["", "u", "user_123", "\u0000", "\u2028", "\ud800", "\u{1f600}".repeat(129)];
  const text = () => random.pick(texts);
  const duration = () => ({
    seconds: random.pick([
      0n,
      1n,
      -1n,
      3600n,
      31_536_000n,
      31_536_001n,
      2n ** 63n - 1n,
      -(2n ** 63n),
    ]),
    nanos: random.pick([0, 1, 999, 1000, -1, 999_999_999, 1_000_000_000, -(2 ** 31)]),
  });
  const candidate = () =>
    random.chance(0.6) ? token : random.chance(0.2) ? "x".repeat(8193) : text();
  return {
    token: candidate(),
    tokens: Array.from({ length: random.chance(0.02) ? 1001 : random.int(4) }, candidate),
    userId: random.chance(0.6) ? "user_123" : text(),
    permissions: Array.from(
      { length: random.chance(0.03) ? random.pick([65, 257]) : random.int(3) },
      () => (random.chance(0.7) ? "read" : text()),
    ),
    requiredPermission: text(),
    expiresIn: duration(),
    newExpiresIn: duration(),
    revokeOld: random.chance(0.2),
    additionalData: struct(random),
  };
}

function struct(random: Random) {
  let nested: unknown = random.pick([
    1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    "\ud800",
    null,
    "__proto__",
  ]);
  const levels = random.pick([0, 1, 2, 3, 31, 32, 33, 90]);
  for (let i = 0; i < levels; i++) nested = random.chance(0.5) ? [nested] : { a: nested };
  return {
    [random.pick(["a", "", "toString", "__proto__", "\ud800"])]: nested,
    list: Array(random.chance(0.05) ? 300 : 1).fill(0),
  };
}
