/** grpc.health.v1 (github.com/grpc/grpc/blob/master/doc/health-checking.md). */
import type { DescMethod } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouter,
  type ContextValues,
  type HandlerContext,
  type ServiceImpl,
} from "@connectrpc/connect";
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../gen/ts/src/health/v1/health_pb.js";
import { callKey, type DirectFeed } from "../service/index.js";
import { HealthWatch } from "./health-watch.js";
import type { Readiness } from "./metrics/report.js";
import { MAX_OPEN_REQUEST_BYTES } from "./open-requests.js";

/** Which files are not in force helps an attacker more than a stranger: a known caller may ask. */
function seesParts(values: ContextValues): boolean {
  const call = values.get(callKey);
  return (call?.current ? call.current() : call?.caller)?.isKnown === true;
}

/** What the server says of its health. */
export interface HealthState {
  /** Registers Check, Watch and List. Anyone learns the state; parts are told to known callers alone. */
  readonly routes: (router: ConnectRouter) => void;
  /** Watch for a server that writes bytes. */
  readonly streams: ReadonlyMap<DescMethod, DirectFeed>;
  /** From now on SERVING, or NOT_SERVING; watchers are told. */
  setServing(serving: boolean): void;
  /** Whether calls may come, and each part. */
  readiness(): Readiness;
  /** A state of its own under a further name, which changes nothing in the others. */
  setPart(name: string, serving: boolean): void;
}

/** Health of the server as a whole (the empty name) and of each of `services`. NOT_SERVING at first. */
export function createHealth(services: readonly string[]): HealthState {
  const names = new Set(["", ...services]);
  const parts = new Map<string, boolean>();
  let up = false;
  const isTold = (name: string, { values }: HandlerContext) =>
    names.has(name) || (parts.has(name) && seesParts(values));
  const statusOf = (name: string) =>
    up && (parts.get(name) ?? true) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  const watches = new HealthWatch((name, context) =>
    isTold(name, context) ? statusOf(name) : ServingStatus.SERVICE_UNKNOWN,
  );
  return {
    streams: watches.streams,
    setServing(serving) {
      up = serving;
      watches.notify();
    },
    // A server that vouches for no token is to be sent no call.
    readiness: () => ({
      ready: up && parts.get("revocations") !== false,
      parts: Object.fromEntries(parts),
    }),
    setPart(name, serving) {
      parts.set(name, serving);
      watches.notify();
    },
    routes(router) {
      const handlers: ServiceImpl<typeof Health> = {
        check({ service }, context) {
          if (!isTold(service, context)) throw new ConnectError("unknown service", Code.NotFound);
          return { status: statusOf(service) };
        },
        watch: (request, context) => watches.watch(request, context),
        list(_, { values }) {
          const all = [...names, ...(seesParts(values) ? parts.keys() : [])];
          return {
            statuses: Object.fromEntries(all.map((name) => [name, { status: statusOf(name) }])),
          };
        },
      };
      router.service(Health, handlers, { readMaxBytes: MAX_OPEN_REQUEST_BYTES });
    },
  };
}
