import type {
  DescMessage,
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  MessageShape,
} from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";
import type { ConnectRouter, MethodImplSpec } from "@connectrpc/connect";
import { createMethodImplSpec, createServiceImplSpec } from "@connectrpc/connect";
import type {
  MethodSerializationLookup,
  UniversalHandlerOptions,
} from "@connectrpc/connect/protocol";
import {
  createMethodSerializationLookup,
  validateUniversalHandlerOptions,
} from "@connectrpc/connect/protocol";

import type { DirectMethod, DirectStream, Hooks, UnaryAdapterOptions } from "./options.js";

type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** A method as it was registered: where it is served, how, and under which of its own options. */
export interface Route {
  readonly method: DescMethod;
  /** The options in force for this method: its own over the router's, over Connect's defaults. */
  readonly options: UniversalHandlerOptions;
  /** The longest deadline of a unary call, in milliseconds. */
  readonly maxTimeoutMs: number;
  /** Which of `grpc`, `grpc-web` and `connect` it is served over. */
  readonly protocols: readonly string[];
  /** What the short way needs, `undefined` for a method that it does not serve. */
  readonly short: ShortRoute | undefined;
}

/** The part of a {@link Route} that only a method of the short way has. */
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
 * Returns a router that registers with `router` and notes every method in `routes`, by request path.
 *
 * A `UniversalHandler` keeps its implementation and options to itself, so this is where they can be seen. Which
 * protocols serve a method is read from the handler the router made, not derived a second time.
 *
 * @param router the router whose handlers the long way calls
 * @param base the adapter's options, which `router` was created with
 * @param hooks those of them that calls ask
 * @param routes receives the methods
 */
export function recordRoutes(
  router: ConnectRouter,
  base: UnaryAdapterOptions,
  hooks: Hooks,
  routes: Map<string, Route>,
): ConnectRouter {
  const defaults = validateUniversalHandlerOptions(base);
  const record = (
    specs: readonly MethodImplSpec[],
    firstHandler: number,
    own: Partial<UniversalHandlerOptions> | undefined,
  ) => {
    const options = validateUniversalHandlerOptions({ ...defaults, ...own });
    const { maxTimeoutMs } = options;
    for (const handler of router.handlers.slice(firstHandler)) {
      const spec = specs.find((candidate) => candidate.method === handler.method);
      routes.set((base.requestPathPrefix ?? "") + handler.requestPath, {
        method: handler.method,
        options,
        maxTimeoutMs,
        protocols: handler.protocolNames,
        short: spec && toShortRoute(spec, options, base, hooks),
      });
    }
  };
  const recorder: ConnectRouter = {
    handlers: router.handlers,
    service(service, implementation, options) {
      const firstHandler = router.handlers.length;
      router.service(service, implementation, withoutMaxTimeout(options));
      const spec = createServiceImplSpec(service, implementation);
      record(Object.values(spec.methods), firstHandler, options);
      return recorder;
    },
    rpc(method, implementation, options) {
      const firstHandler = router.handlers.length;
      router.rpc(method, implementation, withoutMaxTimeout(options));
      record([createMethodImplSpec(method, implementation)], firstHandler, options);
      return recorder;
    },
  };
  return recorder;
}

/** Connect refuses a deadline beyond the maximum; here it is capped before Connect sees it. */
export function withoutMaxTimeout<T extends Partial<UniversalHandlerOptions>>(
  options: T | undefined,
): Omit<T, "maxTimeoutMs"> {
  const { maxTimeoutMs: _, ...others } = options ?? ({} as T);
  return others;
}

function toShortRoute(
  spec: MethodImplSpec,
  options: UniversalHandlerOptions,
  base: UnaryAdapterOptions,
  hooks: Hooks,
): ShortRoute | undefined {
  // Interceptors are promised messages.
  const { direct, directStreams }: Partial<UnaryAdapterOptions> =
    options.interceptors.length > 0 ? {} : base;
  if (spec.kind === "unary") return toUnaryRoute(spec, options, direct?.get(spec.method), hooks);
  const stream = directStreams?.get(spec.method);
  if (spec.kind !== "server_streaming" || stream === undefined) return undefined;
  return toStreamRoute(spec.method, options, stream, hooks);
}

function toStreamRoute(
  method: DescMethodServerStreaming,
  options: UniversalHandlerOptions,
  direct: DirectStream,
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
    parseJson: getI(false).parse,
    keepsBytes: true,
    options,
    maxTimeoutMs: Number.POSITIVE_INFINITY,
  };
}

function toUnaryRoute(
  spec: UnarySpec,
  options: UniversalHandlerOptions,
  direct: DirectMethod | undefined,
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
    parseJson: firstOf(direct?.fromJson, serialization.getI(false).parse),
    keepsBytes: direct?.fromBinary === undefined || holdsBytes(method.input),
    options,
    maxTimeoutMs: options.maxTimeoutMs,
    serialization,
  };
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
