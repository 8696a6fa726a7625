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
}

/** Health of the server as a whole (the empty name) and of each of `services`. NOT_SERVING at first. */
export function createHealth(services: readonly string[]): HealthState {
  const names = new Set(["", ...services]);
  const changes = new EventEmitter().setMaxListeners(0);
  let status = ServingStatus.NOT_SERVING;
  return {
    setServing(serving) {
      status = serving ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
      changes.emit("change");
    },
    routes(router) {
      router.service(Health, {
        check({ service }) {
          if (!names.has(service)) throw new ConnectError("unknown service", Code.NotFound);
          return { status };
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
          return { statuses: Object.fromEntries([...names].map((name) => [name, { status }])) };
        },
      });
    },
  };
}
