/** grpc.health.v1 (github.com/grpc/grpc/blob/master/doc/health-checking.md). */
import { EventEmitter, on } from "node:events";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  Health,
  HealthCheckResponse_ServingStatus as ServingStatus,
} from "../../gen/ts/src/health/v1/health_pb.js";

/** What the server says of its health. */
export interface HealthState {
  /** Registers Check, Watch and List. Open to anyone: it tells nothing but the state. */
  readonly routes: (router: ConnectRouter) => void;
  /** From now on SERVING, or NOT_SERVING; watchers are told. */
  setServing(serving: boolean): void;
  /** A state of its own under a further name, which changes nothing in the others. */
  setPart(name: string, serving: boolean): void;
}

/** Health of the server as a whole (the empty name) and of each of `services`. NOT_SERVING at first. */
export function createHealth(services: readonly string[]): HealthState {
  const names = new Set(["", ...services]);
  const parts = new Map<string, boolean>();
  const changes = new EventEmitter().setMaxListeners(0);
  let up = false;
  const isKnown = (name: string) => names.has(name) || parts.has(name);
  const statusOf = (name: string) =>
    up && (parts.get(name) ?? true) ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
  const watchedStatus = (name: string) =>
    isKnown(name) ? statusOf(name) : ServingStatus.SERVICE_UNKNOWN;
  return {
    setServing(serving) {
      up = serving;
      changes.emit("change");
    },
    setPart(name, serving) {
      parts.set(name, serving);
      changes.emit("change");
    },
    routes(router) {
      router.service(Health, {
        check({ service }) {
          if (!isKnown(service)) throw new ConnectError("unknown service", Code.NotFound);
          return { status: statusOf(service) };
        },
        async *watch({ service }, { signal }) {
          // Listens before the first answer, so that no change falls between the two.
          const updates = on(changes, "change", { signal });
          let told = watchedStatus(service);
          yield { status: told };
          try {
            for await (const _ of updates) {
              const status = watchedStatus(service);
              if (status !== told) yield { status };
              told = status;
            }
          } catch (error) {
            if (!signal.aborted) throw error;
          }
        },
        list() {
          const all = [...names, ...parts.keys()];
          return {
            statuses: Object.fromEntries(all.map((name) => [name, { status: statusOf(name) }])),
          };
        },
      });
    },
  };
}
