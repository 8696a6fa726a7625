/** A call as bytes, and one careful look at its answer. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  create,
  type DescMethodUnary,
  type MessageInitShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { rawHttp2 } from "../test/fuzz/raw-client.js";
import { TEST_CERTIFICATE } from "../test/support/tls.js";

/** How a message travels. */
export type Encoding = "grpc" | "connect" | "json";

/** A call that can be sent any number of times. */
export interface Call {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** A file that holds `body`, for h2load. */
  readonly file: string;
  /** Whether messages have gRPC's five bytes in front. */
  readonly enveloped: boolean;
}

const CONTENT_TYPES: Record<Encoding, string> = {
  grpc: "application/grpc",
  connect: "application/proto",
  json: "application/json",
};

let files = 0;

/** Encodes a call. `folder` takes the file; `credential` goes into the authorization header. */
export function createCall<M extends DescMethodUnary>(
  folder: string,
  method: M,
  encoding: Encoding,
  request: MessageInitShape<M["input"]>,
  credential: string,
): Call {
  const message = create(method.input, request);
  const plain =
    encoding === "json"
      ? Buffer.from(toJsonString(method.input, message))
      : Buffer.from(toBinary(method.input, message));
  const body = encoding === "grpc" ? Buffer.concat([envelopeHead(plain.length), plain]) : plain;
  const file = join(folder, `body-${files++}`);
  writeFileSync(file, body);
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    headers: {
      "content-type": CONTENT_TYPES[encoding],
      ...(encoding === "grpc" ? { te: "trailers" } : {}),
      authorization: `Bearer ${credential}`,
    },
    body,
    file,
    enveloped: encoding === "grpc",
  };
}

/** Sends a call once. Gives the answer's message; undefined where there was no good answer. */
export async function askOnce(origin: string, call: Call): Promise<Buffer | undefined> {
  const client = rawHttp2(origin, { ca: TEST_CERTIFICATE });
  const { path, headers, body } = call;
  try {
    const answer = await client.send({ method: "POST", path, headers, body });
    const status = answer.trailers["grpc-status"] ?? answer.headers["grpc-status"] ?? "0";
    if (answer.status !== 200 || status !== "0") return undefined;
    return call.enveloped ? answer.body.subarray(5) : answer.body;
  } finally {
    client.close();
  }
}

function envelopeHead(length: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return head;
}
