/** Health/Watch: the status of a service, and again whenever it is another one. */
import type { DescMethod, MessageShape } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import {
  Health,
  type HealthCheckRequestSchema,
  type HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "../../gen/ts/src/health/v1/health_pb.js";
import { type DirectFeed, iterate, type Pulled, throughMessage } from "../service/index.js";
import { originOf } from "./authorize.js";
import { ChangeSignal } from "./change-signal.js";
import { OpenStreams } from "./open-streams.js";

type Request = MessageShape<typeof HealthCheckRequestSchema>;
type Status = HealthCheckResponse_ServingStatus;

const answer = throughMessage(HealthCheckResponseSchema, (status: Status) => ({ status }));

/** Everybody who watches. */
export class HealthWatch {
  readonly #statusOf: (service: string, context: HandlerContext) => Status;
  readonly #changes = new ChangeSignal();
  readonly #open = new OpenStreams();

  /** @param statusOf what a watcher is told of a service at present */
  constructor(statusOf: (service: string, context: HandlerContext) => Status) {
    this.#statusOf = statusOf;
  }

  /** A status may be another one. */
  notify(): void {
    this.#changes.notify();
  }

  /** The RPC for a Connect router. @throws ConnectError RESOURCE_EXHAUSTED for too many watchers */
  async *watch({ service }: Request, context: HandlerContext) {
    const open = (wake: () => void) => this.#pull(service, context, wake);
    for await (const status of iterate(open, context.signal)) yield { status };
  }

  /** The same for a server that writes bytes. */
  get streams(): ReadonlyMap<DescMethod, DirectFeed> {
    const open: DirectFeed["open"] = (request, context, wake, reserve) =>
      new StatusMessages(this.#pull((request as Request).service, context, wake), reserve);
    return new Map([[Health.method.watch, { open }]]);
  }

  #pull(service: string, context: HandlerContext, wake: () => void): Statuses {
    const leave = this.#open.open(originOf(context.values));
    this.#changes.add(wake);
    return new Statuses(
      () => this.#statusOf(service, context),
      () => {
        this.#changes.remove(wake);
        leave();
      },
    );
  }
}

/** What one watcher is told. Streams that stay open are many: they share their methods. */
class Statuses implements Pulled<Status> {
  readonly #look: () => Status;
  readonly #leave: () => void;
  #told: Status | undefined;

  constructor(look: () => Status, leave: () => void) {
    this.#look = look;
    this.#leave = leave;
  }

  next(): Status | undefined {
    const status = this.#look();
    if (status === this.#told) return undefined;
    this.#told = status;
    return status;
  }

  close(): void {
    this.#leave();
  }
}

/** The same as bytes. */
class StatusMessages {
  readonly #statuses: Statuses;
  readonly #reserve: number;

  constructor(statuses: Statuses, reserve: number) {
    this.#statuses = statuses;
    this.#reserve = reserve;
  }

  next(): Uint8Array | undefined {
    const status = this.#statuses.next();
    return status === undefined ? undefined : answer.toBinary(status, this.#reserve);
  }

  close(): void {
    this.#statuses.close();
  }
}
