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
  /** A detail of the configuration, by a name of its own: NOT_SERVING while a bad file is ignored. */
  setDetail(name: string, inForce: boolean): void;
}

/** Health of the server as a whole (the empty name) and of each of `services`. NOT_SERVING at first. */
export function createHealth(services: readonly string[]): HealthState {
  const names = new Set(["", ...services]);
  const details = new Map<string, ServingStatus>();
  const changes = new EventEmitter().setMaxListeners(0);
  let status = ServingStatus.NOT_SERVING;
  return {
    setServing(serving) {
      status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
      changes.emit("change");
    },
    setDetail(name, inForce) {
      details.set(name, inForce ? ServingStatus.SERVING : ServingStatus.NOT_SERVING);
    },
    routes(router) {
      router.service(Health, {
        check({ service }) {
          const found = names.has(service) ? status : details.get(service);
          if (found === undefined) throw new ConnectError("unknown service", Code.NotFound);
          return { status: found };
        },
        async *watch({ service }, { signal }) {
          const known = names.has(service);
          // Listens before the first answer, so that no change falls between the two.
          const updates = on(changes, "change", { signal });
          yield { status: known ? status : ServingStatus.SERVICE_UNKNOWN };
          try {
            for await (const _ of updates) if (known) yield { status };
          } catch (error) {
            if (!signal.aborted) throw error;
          }
        },
        list() {
          const all = [...[...names].map((name) => [name, status] as const), ...details];
          return { statuses: Object.fromEntries(all.map(([name, status]) => [name, { status }])) };
        },
      });
    },
  };
}
