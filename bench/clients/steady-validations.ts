/** Validations at an even rate by the open model: a call that waits does not hold up the next. */
import { create, toBinary } from "@bufbuild/protobuf";
import {
  TokenService,
  ValidateTokenRequestSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { FrameConnection, type FrameRequest } from "./frames.js";

/** Validations are started in bunches, this often a second. */
const TICKS_PER_SECOND = 200;

/** Validates one live token on servers in turn, until it is stopped. */
export class SteadyValidations {
  readonly #connections: readonly FrameConnection[];
  readonly #timer: NodeJS.Timeout;
  readonly #startedAt = new Map<number, number>();
  readonly #began = performance.now();
  #times: number[] = [];
  #answered = 0;
  #failed = 0;

  /**
   * @param ports of servers on loopback
   * @param perSecond over all of them
   */
  constructor(ports: readonly number[], token: string, perSecond: number) {
    const request = validationOf(token);
    const onAnswer = (call: number, ok: boolean) => this.#note(call, ok);
    this.#connections = ports.map((port) => new FrameConnection(port, request, onAnswer));
    let started = 0;
    this.#timer = setInterval(() => {
      const now = performance.now();
      const due = ((now - this.#began) * perSecond) / 1000;
      for (; started < due; started++) {
        this.#startedAt.set(started, now);
        this.#connections[started % this.#connections.length]?.send(started);
      }
    }, 1000 / TICKS_PER_SECOND);
  }

  /** Calls that brought no message. */
  get failed(): number {
    return this.#failed;
  }

  /** Answers a second since the beginning. */
  get rate(): number {
    return (1000 * this.#answered) / (performance.now() - this.#began);
  }

  /** How long each call took that was answered since the last time, in milliseconds, in order. */
  takeTimes(): number[] {
    const times = this.#times;
    this.#times = [];
    return times.sort((a, b) => a - b);
  }

  /** Ends it; calls that are under way are given up. */
  stop(): void {
    clearInterval(this.#timer);
    for (const connection of this.#connections) connection.close();
  }

  #note(call: number, ok: boolean): void {
    this.#answered++;
    if (!ok) this.#failed++;
    this.#times.push(performance.now() - (this.#startedAt.get(call) as number));
    this.#startedAt.delete(call);
  }
}

/** Median, 99th percentile and largest of times in order, in words. */
export function spreadOf(times: readonly number[]): string {
  const at = (share: number) => (times[Math.ceil(share * times.length) - 1] as number).toFixed(1);
  return `median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}

/** ValidateToken over gRPC. */
function validationOf(token: string): FrameRequest {
  const message = toBinary(
    ValidateTokenRequestSchema,
    create(ValidateTokenRequestSchema, { token }),
  );
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return {
    path: `/${TokenService.typeName}/ValidateToken`,
    headers: { "content-type": "application/grpc+proto", te: "trailers" },
    body: Buffer.concat([prefix, message]),
  };
}
