/** Who is compared over the network. To add one, add a row, and its command to server-commands.ts. */
import { isDeepStrictEqual } from "node:util";
import { askOnce, type Encoding } from "./call.js";
import type { ServerName } from "./server-commands.js";
import type { RunningServer } from "./server-process.js";
import type { Operation, TokenKind, Workload } from "./workload.js";

/** A server and the way it is called. */
export interface Contender {
  readonly name: string;
  readonly server: ServerName;
  readonly encoding: Encoding;
  readonly tokens: TokenKind;
  /** Whether it sends back the request and looks at nothing. */
  readonly echo: boolean;
  /** Which part of the requests it gets, so that a slow one takes no longer than a fast one. */
  readonly share: number;
}

const FERNET = { tokens: "fernet", echo: false, share: 1 } as const;
const ECHO = { tokens: "fernet", echo: true, share: 1 } as const;
const OFF = { ...FERNET, server: "ours, adapter off", share: 0.2 } as const;

/** Ours over gRPC: what most goals speak of. */
export const OURS: Contender = { ...FERNET, name: "ours, gRPC", server: "ours", encoding: "grpc" };
/** Ours over Connect. */
export const OURS_CONNECT = { ...OURS, name: "ours, Connect", encoding: "connect" } as const;
/** Ours over Connect with JSON. */
export const OURS_JSON = { ...OURS, name: "ours, Connect JSON", encoding: "json" } as const;
/** The limit: our own HTTP/2 without any work. */
export const OWN_HTTP2_ECHO: Contender = {
  ...ECHO,
  name: "own HTTP/2, echo",
  server: "own http2 echo",
  encoding: "grpc",
};
/** What Node's own HTTP/2 can do. */
export const HTTP2_ECHO: Contender = {
  ...ECHO,
  name: "bare node:http2, echo",
  server: "node:http2 echo",
  encoding: "grpc",
};
/** What gRPC on Node usually is. */
export const GRPC_JS_ECHO: Contender = {
  ...ECHO,
  name: "grpc-js, echo",
  server: "grpc-js echo",
  encoding: "grpc",
};

/** The same service in the language that most gRPC servers are written in. */
export const GO: Contender = {
  ...FERNET,
  name: "Go: grpc-go + fernet-go",
  server: "Go",
  encoding: "grpc",
};

/** Ours under TLS; it stands in a table of its own. */
export const OURS_TLS: Contender = { ...OURS, name: "ours, gRPC, TLS", server: "ours, TLS" };
/** Go's under TLS. */
export const GO_TLS: Contender = { ...GO, name: "Go, TLS", server: "Go, TLS" };

/** In the order of the tables. */
export const CONTENDERS: readonly Contender[] = [
  OURS,
  OURS_CONNECT,
  OURS_JSON,
  { ...OFF, name: "ours, gRPC, adapter off", encoding: "grpc" },
  { ...OFF, name: "ours, Connect, adapter off", encoding: "connect" },
  { ...OFF, name: "ours, Connect JSON, adapter off", encoding: "json" },
  OWN_HTTP2_ECHO,
  HTTP2_ECHO,
  GRPC_JS_ECHO,
  {
    name: "grpc-js + jose, JWT HS256",
    server: "grpc-js + jose",
    encoding: "grpc",
    tokens: "jwt",
    echo: false,
    share: 0.4,
  },
  GO,
  {
    ...FERNET,
    name: "Python: grpcio + the original",
    server: "Python",
    encoding: "grpc",
    share: 0.2,
  },
];

/** The call of an operation, as a contender takes it. */
export function callOf(work: Workload, { encoding, tokens }: Contender, operation: Operation) {
  return work.call(operation, encoding, tokens);
}

/** h2load counts every answer of status 200, a gRPC error too: so an answer is read first. */
export async function requireAnswer(
  work: Workload,
  contender: Contender,
  server: RunningServer,
  operation: Operation,
): Promise<void> {
  const { name, encoding, tokens, echo } = contender;
  const call = callOf(work, contender, operation);
  const message = await askOnce(server.origin, call);
  if (message === undefined) throw new Error(`${name} does not answer ${operation}`);
  if (!echo) return work.requireClaims(operation, encoding, tokens, message);
  const sent = call.enveloped ? call.body.subarray(5) : call.body;
  if (!isDeepStrictEqual(message, sent)) throw new Error(`${name} echoes something else`);
}
