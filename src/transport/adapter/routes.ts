import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectRouter, MethodImplSpec } from "@connectrpc/connect";
import { createMethodImplSpec, createServiceImplSpec } from "@connectrpc/connect";
import type { UniversalHandlerOptions } from "@connectrpc/connect/protocol";
import { validateUniversalHandlerOptions } from "@connectrpc/connect/protocol";
import type { Hooks, UnaryAdapterOptions } from "./options.js";
import { type ShortRoute, toShortRoute } from "./short-route.js";

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
