import type {
  DescMessage,
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageShape,
} from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import type { MethodImplSpec } from "@connectrpc/connect";
import type {
  MethodSerializationLookup,
  UniversalHandlerOptions,
} from "@connectrpc/connect/protocol";
import { createMethodSerializationLookup } from "@connectrpc/connect/protocol";
import type { DirectMethod, DirectStream } from "./direct-methods.js";
import type { Hooks, UnaryAdapterOptions } from "./options.js";

type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** A method that the short way serves. */
export type ShortRoute = UnaryRoute | StreamRoute;

/** What both kinds have in common: requests of one message. */
interface RequestRoute {
  readonly hooks: Hooks;
  /** Parses a request in binary. */
  readonly parseBinary: (bytes: Buffer) => MessageShape<DescMessage>;
  /** Parses a request in JSON. */
  readonly parseJson: (bytes: Buffer) => MessageShape<DescMessage>;
  /** Whether a parsed request may hold windows onto what it was parsed from, as fields of bytes and unknown fields are. */
  readonly keepsBytes: boolean;
  readonly options: UniversalHandlerOptions;
  /** The longest deadline, in milliseconds. A stream lives as long as its client asks. */
  readonly maxTimeoutMs: number;
}

/** A unary method. */
export interface UnaryRoute extends RequestRoute {
  readonly kind: "unary";
  readonly method: DescMethodUnary;
  readonly impl: UnarySpec["impl"];
  /** What is called in place of `impl`, if anything. */
  readonly direct: DirectMethod | undefined;
  readonly serialization: MethodSerializationLookup<
    DescMethodUnary["input"],
    DescMethodUnary["output"]
  >;
}

/** A server stream of gRPC in binary that is written as bytes. */
export interface StreamRoute extends RequestRoute {
  readonly kind: "stream";
  readonly method: DescMethodServerStreaming;
  readonly direct: DirectStream;
}

/**
 * What the short way needs of a method.
 *
 * @returns undefined for a method that goes the long way
 */
export function toShortRoute(
  spec: MethodImplSpec,
  options: UniversalHandlerOptions,
  base: UnaryAdapterOptions,
  hooks: Hooks,
): ShortRoute | undefined {
  // Interceptors are promised messages.
  const { direct, directStreams }: Partial<UnaryAdapterOptions> =
    options.interceptors.length > 0 ? {} : base;
  if (spec.kind === "unary")
    return toUnaryRoute(spec, options, direct?.get(spec.method), base, hooks);
  const stream = directStreams?.get(spec.method);
  if (spec.kind !== "server_streaming" || stream === undefined) return undefined;
  return toStreamRoute(spec.method, options, stream, base, hooks);
}

function toStreamRoute(
  method: DescMethodServerStreaming,
  options: UniversalHandlerOptions,
  direct: DirectStream,
  { checkJson }: UnaryAdapterOptions,
  hooks: Hooks,
): StreamRoute {
  const { binaryOptions, jsonOptions } = options;
  const { getI } = createMethodSerializationLookup(method, binaryOptions, jsonOptions, options);
  return {
    kind: "stream",
    method,
    direct,
    hooks,
    parseBinary: getI(true).parse,
    parseJson: checkedJson(method, checkJson, getI(false).parse),
    keepsBytes: true,
    options,
    maxTimeoutMs: Number.POSITIVE_INFINITY,
  };
}

function toUnaryRoute(
  spec: UnarySpec,
  options: UniversalHandlerOptions,
  direct: DirectMethod | undefined,
  { checkJson }: UnaryAdapterOptions,
  hooks: Hooks,
): UnaryRoute {
  const { method, impl } = spec;
  const { binaryOptions, jsonOptions } = options;
  const serialization = createMethodSerializationLookup(
    method,
    binaryOptions,
    jsonOptions,
    options,
  );
  return {
    kind: "unary",
    method,
    impl,
    direct,
    hooks,
    parseBinary: checked(
      direct?.checkBinary,
      firstOf(direct?.fromBinary, serialization.getI(true).parse),
    ),
    parseJson: firstOf(
      direct?.fromJson,
      checkedJson(method, checkJson, serialization.getI(false).parse),
    ),
    keepsBytes: direct?.fromBinary === undefined || holdsBytes(method.input),
    options,
    maxTimeoutMs: options.maxTimeoutMs,
    serialization,
  };
}

function checkedJson<T>(
  { input }: DescMethod,
  check: UnaryAdapterOptions["checkJson"],
  parse: (bytes: Buffer) => T,
): (bytes: Buffer) => T {
  return checked(check && ((bytes) => check(input, bytes.toString())), parse);
}

function checked<T>(
  check: ((bytes: Buffer) => void) | undefined,
  parse: (bytes: Buffer) => T,
): (bytes: Buffer) => T {
  if (check === undefined) return parse;
  return (bytes) => {
    check(bytes);
    return parse(bytes);
  };
}

function firstOf(
  read: ((bytes: Buffer) => unknown) | undefined,
  parse: (bytes: Buffer) => MessageShape<DescMessage>,
): (bytes: Buffer) => MessageShape<DescMessage> {
  if (read === undefined) return parse;
  return (bytes) => (read(bytes) as MessageShape<DescMessage> | undefined) ?? parse(bytes);
}

/** Whether a message, or one within it, has a field of bytes. */
function holdsBytes(message: DescMessage, seen = new Set<DescMessage>()): boolean {
  if (seen.has(message)) return false;
  seen.add(message);
  return message.fields.some((field) => {
    if (field.scalar === ScalarType.BYTES) return true;
    return field.message !== undefined && holdsBytes(field.message, seen);
  });
}
