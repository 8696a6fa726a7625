/** A request that is no message is the client's fault, and is answered as one. */
import { type DescMessage, fromBinary, fromJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { GatheredBytes } from "./adapter/gathered-bytes.js";
import { noteFault } from "./adapter/outcome.js";

type Body = AsyncIterable<Uint8Array>;
type Check = (data: Uint8Array) => void;
/** Looks at a request before it is parsed. @throws ConnectError for what is refused. */
export interface RequestChecks {
  readonly json?: (input: DescMessage, text: string) => void;
  readonly binary?: (input: DescMessage, bytes: Uint8Array) => void;
}

/**
 * How JSON is read, on either way: a member that is no field is a mistake of whoever wrote it, and is
 * refused by name. In binary, fields of a newer schema are passed over.
 */
export const STRICT_JSON = { ignoreUnknownFields: false };

const HEAD_LENGTH = 5;
/** The least that passes on of a message without a head, in bytes. */
const PIECE_LENGTH = 4096;
const COMPRESSED = 0b1;
/** Of the other flags, Connect's end of a stream and gRPC-Web's trailers are for answers alone. */
const RESERVED_FLAGS = new Error("protocol error: reserved flags of an envelope are set");
/** What is told of a fault. It may quote the request, and in gRPC it travels as a header. */
const MAX_TEXT_LENGTH = 300;
const NO_JSON = ": it is not JSON (RFC 8259)";

/**
 * The same routes, with three differences. Connect answers INTERNAL to bytes that are no message of
 * the method's input, and to an envelope marked as compressed where no compression was agreed;
 * alerts watch for INTERNAL, so any client could ring them. Here those are INVALID_ARGUMENT and
 * UNIMPLEMENTED. And to JSON over gRPC whose fault quotes half a surrogate pair it answers nothing,
 * since a header cannot hold that. `checks` may refuse more. Interceptors cannot do this: Connect parses before it calls them.
 */
export function refuseMalformed(
  routes: (router: ConnectRouter) => void,
  checks: RequestChecks = {},
): (router: ConnectRouter) => void {
  return (router) => {
    const first = router.handlers.length;
    routes(router);
    for (let i = first; i < router.handlers.length; i++) {
      router.handlers[i] = checked(router.handlers[i] as UniversalHandler, checks);
    }
  };
}

function checked(handler: UniversalHandler, checks: RequestChecks): UniversalHandler {
  const { input } = handler.method;
  return Object.assign((request: Parameters<UniversalHandler>[0]) => {
    const { body, header } = request;
    if (!isStream(body)) return handler(request);
    const check = (data: Uint8Array, format: string) => {
      try {
        requireMessage(input, data, format, checks);
      } catch (fault) {
        noteFault(request.contextValues, fault);
        throw fault;
      }
    };
    return handler({ ...request, body: checkBody(body, header, check) });
  }, handler);
}

/** The body, with a fault in it told by an error of ours. */
function checkBody(
  body: Body,
  header: Headers,
  checkFormat: (data: Uint8Array, format: string) => void,
): Body {
  const type = header.get("content-type")?.toLowerCase() ?? "";
  const match = /^application\/(grpc(?:-web)?|connect)?\+?(json(?:;.*)?|proto)?$/.exec(type);
  if (!match) return body;
  const [, framing = "", format = "proto"] = match;
  const encoding = { "": "content-encoding", connect: "connect-content-encoding" }[framing];
  // An encoding that was not agreed is refused by Connect; one that was makes bytes unreadable here.
  if ((header.get(encoding ?? "grpc-encoding") ?? "identity") !== "identity") return body;
  const check: Check = (data) => checkFormat(data, format);
  if (framing === "") return checkWhole(body, check);
  return checkEnvelopes(body, check);
}

/** A body that is one message. Pieces of some length pass on as they come, so that Connect's limit ends it. */
async function* checkWhole(body: Body, check: Check): Body {
  const passed: Buffer[] = [];
  const held = new GatheredBytes();
  const take = () => {
    const piece = held.slice(0, held.length, true);
    held.clear();
    passed.push(piece);
    return piece;
  };
  for await (const chunk of body) {
    held.push(asBuffer(chunk));
    if (held.length >= PIECE_LENGTH) yield take();
  }
  if (held.length > 0) yield take();
  check(Buffer.concat(passed));
}

/**
 * A body of length-prefixed messages, each checked before Connect sees it. A head is handed on at once,
 * for Connect to refuse a message that is too large, and a message in one piece: Connect adds up all its
 * pieces whenever one more comes, so that a body sent byte by byte would cost the square of its length.
 */
async function* checkEnvelopes(body: Body, check: Check): Body {
  let held = new GatheredBytes();
  /** The flags of the message that is awaited, once its head has come. */
  let flags: number | undefined;
  let awaited = HEAD_LENGTH;
  for await (const chunk of body) {
    held.push(asBuffer(chunk));
    while (held.length >= awaited) {
      const part = held.slice(0, awaited, false);
      const rest = held.slice(awaited, held.length - awaited, false);
      held = new GatheredBytes();
      if (rest.length > 0) held.push(rest);
      if (flags === undefined) {
        flags = part[0] as number;
        if (flags & ~COMPRESSED) throw malformed(RESERVED_FLAGS);
        if (flags & COMPRESSED) {
          throw new ConnectError("compressed message without an encoding", Code.Unimplemented);
        }
        awaited = part.readUInt32BE(1);
      } else {
        check(part);
        flags = undefined;
        awaited = HEAD_LENGTH;
      }
      if (part.length > 0) yield part;
    }
  }
  // An envelope that is not whole: Connect says so.
  if (held.length > 0) yield held.slice(0, held.length, false);
}

function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/**
 * The same for the unary adapter's short way, which parses by itself: INTERNAL becomes the client's
 * fault. Other codes (a limit, an envelope too many) are the client's already.
 */
export function unreadableRequest(fault: unknown): ConnectError {
  if (!(fault instanceof ConnectError)) return malformed(fault);
  if (isNoJson(fault)) return malformed(fault);
  if (fault.code !== Code.Internal) return fault;
  return fault.rawMessage.includes("compressed")
    ? new ConnectError("compressed message without an encoding", Code.Unimplemented)
    : malformed(fault);
}

function requireMessage(
  input: DescMessage,
  data: Uint8Array,
  format: string,
  checks: RequestChecks,
): void {
  try {
    if (format === "proto") {
      checks.binary?.(input, data);
      fromBinary(input, data);
      return;
    }
    const text = new TextDecoder().decode(data);
    checks.json?.(input, text);
    fromJsonString(input, text, STRICT_JSON);
  } catch (cause) {
    if (cause instanceof ConnectError) throw cause;
    throw malformed(cause);
  }
}

function malformed(cause: unknown): ConnectError {
  const { rawMessage } = ConnectError.from(cause);
  // V8 quotes the text where it is no JSON, and a token may stand there.
  const whole = isNoJson(cause) ? rawMessage.replace(/ from JSON: .*/s, NO_JSON) : rawMessage;
  const text = whole.slice(0, MAX_TEXT_LENGTH).toWellFormed();
  return new ConnectError(text, Code.InvalidArgument, undefined, undefined, cause);
}

/** Whether JSON.parse is behind an error. */
function isNoJson(error: unknown): boolean {
  if (error instanceof SyntaxError) return error.message.includes("JSON");
  return error instanceof Error && isNoJson(error.cause);
}

function isStream(body: unknown): body is Body {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}
