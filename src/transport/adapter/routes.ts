import type { DescMessage, DescMethod, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
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

import type { DirectMethod, Hooks, UnaryAdapterOptions } from "./options.js";

type UnarySpec = Extract<MethodImplSpec, { kind: "unary" }>;

/** A method as it was registered: where it is served, how, and under which of its own options. */
export interface Route {
  readonly method: DescMethod;
  /** The options in force for this method: its own over the router's, over Connect's defaults. */
  readonly options: UniversalHandlerOptions;
  /** Which of `grpc`, `grpc-web` and `connect` it is served over. */
  readonly protocols: readonly string[];
  /** What a unary call needs, `undefined` for a streaming method. */
  readonly unary: UnaryRoute | undefined;
}

/** The part of a {@link Route} that only a unary method has. */
export interface UnaryRoute {
  readonly method: DescMethodUnary;
  readonly impl: UnarySpec["impl"];
  /** What is called in place of `impl`, if anything. */
  readonly direct: DirectMethod | undefined;
  readonly hooks: Hooks;
  /** Parses a request in binary. */
  readonly parseBinary: (bytes: Buffer) => MessageShape<DescMessage>;
  /** Parses a request in JSON. */
  readonly parseJson: (bytes: Buffer) => MessageShape<DescMessage>;
  /** Whether a field of a parsed request may be a window onto what it was parsed from; unknown fields are. */
  readonly keepsBytes: boolean;
  readonly options: UniversalHandlerOptions;
  readonly serialization: MethodSerializationLookup<
    DescMethodUnary["input"],
    DescMethodUnary["output"]
  >;
}

/**
 * Returns a router that registers with `router` and notes every method in `routes`, by request path.
 *
 * A `UniversalHandler` keeps its implementation and options to itself, so this is where they can be seen. Which
 * protocols serve a method is read from the handler the router made, not derived a second time.
 *
 * @param router the router that Connect's own adapter serves
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
    for (const handler of router.handlers.slice(firstHandler)) {
      const spec = specs.find((candidate) => candidate.method === handler.method);
      routes.set((base.requestPathPrefix ?? "") + handler.requestPath, {
        method: handler.method,
        options,
        protocols: handler.protocolNames,
        unary: spec?.kind === "unary" ? toUnaryRoute(spec, options, base.direct, hooks) : undefined,
      });
    }
  };
  const recorder: ConnectRouter = {
    handlers: router.handlers,
    service(service, implementation, options) {
      const firstHandler = router.handlers.length;
      router.service(service, implementation, options);
      const spec = createServiceImplSpec(service, implementation);
      record(Object.values(spec.methods), firstHandler, options);
      return recorder;
    },
    rpc(method, implementation, options) {
      const firstHandler = router.handlers.length;
      router.rpc(method, implementation, options);
      record([createMethodImplSpec(method, implementation)], firstHandler, options);
      return recorder;
    },
  };
  return recorder;
}

function toUnaryRoute(
  spec: UnarySpec,
  options: UniversalHandlerOptions,
  directMethods: UnaryAdapterOptions["direct"],
  hooks: Hooks,
): UnaryRoute {
  const { method, impl } = spec;
  const { binaryOptions, jsonOptions } = options;
  // Interceptors are promised a message.
  const direct = options.interceptors.length > 0 ? undefined : directMethods?.get(method);
  const serialization = createMethodSerializationLookup(
    method,
    binaryOptions,
    jsonOptions,
    options,
  );
  return {
    method,
    impl,
    direct,
    hooks,
    parseBinary: firstOf(direct?.fromBinary, serialization.getI(true).parse),
    parseJson: firstOf(direct?.fromJson, serialization.getI(false).parse),
    keepsBytes: holdsBytes(method.input),
    options,
    serialization,
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
