/**
 * Errors of a call that are no facts about a token. All are `ConnectError`s, and stay so by their `name`:
 * Connect knows its errors by that.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type ErrorInfo,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "../../gen/ts/src/google/rpc/error_details_pb.js";
import { toOwnSpelling } from "../values/field-names.js";
import { ADVICE, type ConnectionFault, faultOf } from "./connection-fault.js";
import { lossByHttp } from "./connection-loss.js";

const ERROR_DOMAIN = "securetoken.v1";
const REASON_PREFIX = "CALLER_ERROR_REASON_";

/** What the errors with a name of their own have in common. */
abstract class CallError extends ConnectError {
  constructor(from: ConnectError, text = from.rawMessage, code = from.code) {
    super(text, code, from.metadata, undefined, from.cause);
    this.details = from.details;
    hideDetails(this);
  }

  /** The name of the class, which `name` can't be. */
  protected abstract readonly title: string;
  /** What the console prints beside the message. */
  protected abstract shown(): object;

  override toString(): string {
    return `${this.title}: ${this.message}`;
  }

  /** What Node's console prints: the error and its facts in a few lines, without headers and details. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    const stack = this.stack?.replace(/^ConnectError/, this.title);
    return `${stack} ${JSON.stringify(this.shown())}`;
  }

  /** ConnectError's own would take any ConnectError for one of these. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: each subclass knows its own.
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/** The server refused this client's own credential, or what it asked for with it. No token is at fault. */
export class CallerRefusedError extends CallError {
  protected override readonly title = "CallerRefusedError";
  /** `UNKNOWN_CALLER`, `RPC_NOT_ALLOWED`, `GRANT_NOT_ALLOWED`, or the reason of a newer server. */
  readonly reason: string;
  /** The input at fault: `authorization`, `permissions`, `userId`, `expiresIn`. */
  readonly field: string;
  /** Every variable part of the message, by name. */
  readonly facts: Readonly<Record<string, string>>;

  constructor(from: ConnectError, info: ErrorInfo) {
    super(from);
    const { field = "", ...facts } = info.metadata;
    this.reason = info.reason.slice(REASON_PREFIX.length);
    this.field = toOwnSpelling(field);
    this.facts = facts;
  }

  protected override shown(): object {
    const { reason, field } = this;
    return { reason, field };
  }
}

/** This client makes more calls than it may; it has waited as long as its deadline allowed. */
export class RateExceededError extends CallError {
  protected override readonly title = "RateExceededError";
  /** How long to wait, in milliseconds; 0 where the server does not say. */
  readonly retryAfterMs: number;

  constructor(from: ConnectError, retryAfterMs: number) {
    super(from);
    this.retryAfterMs = retryAfterMs;
  }

  protected override shown(): object {
    return { retryAfterMs: this.retryAfterMs };
  }
}

/** The server could not be reached, or called itself unavailable, until the call's deadline. */
export class ServiceUnavailableError extends CallError {
  protected override readonly title = "ServiceUnavailableError";
  /** What is wrong with the connection, where trying again cannot help; such a call is not tried again. */
  readonly fault: ConnectionFault | undefined;

  constructor(from: ConnectError, fault?: ConnectionFault) {
    const text = fault && `the token service cannot be reached: ${ADVICE[fault]}`;
    super(
      from,
      text
        ? `${text} (${from.rawMessage.trim().replace(/\s+/g, " ").slice(0, 300)})`
        : from.rawMessage,
      Code.Unavailable,
    );
    this.fault = fault;
  }

  protected override shown(): object {
    return { fault: this.fault };
  }
}

/** A `ConnectError` without a `TokenErrorDetail` under the name that it has, if it has one. */
export function toCallError(error: ConnectError): ConnectError {
  if (error instanceof CallError) return error;
  const fault = faultOf(error);
  if (error.code === Code.Unavailable || fault !== undefined || lossByHttp(error) !== undefined) {
    return new ServiceUnavailableError(error, fault);
  }
  const info = callerInfo(error);
  const delay = retryDelayMs(error);
  if (error.code === Code.ResourceExhausted && (delay > 0 || isRate(info))) {
    return new RateExceededError(error, delay);
  }
  const isRefusal = error.code === Code.Unauthenticated || error.code === Code.PermissionDenied;
  return info !== undefined && isRefusal ? new CallerRefusedError(error, info) : error;
}

/** Keeps the bytes of an error's details out of what is printed of it: Node prints all of an error that nobody catches. */
export function hideDetails(error: ConnectError): void {
  Object.defineProperty(error, "details", { enumerable: false });
}

/** What the server says of a caller that it refuses. */
export function callerInfo(error: ConnectError): ErrorInfo | undefined {
  return error
    .findDetails(ErrorInfoSchema)
    .find(({ domain, reason }) => domain === ERROR_DOMAIN && reason.startsWith(REASON_PREFIX));
}

/** How long a server asks a client to wait, in milliseconds; 0 where it does not. */
export function retryDelayMs(error: ConnectError): number {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay === undefined ? 0 : Math.max(0, Number(delay.seconds) * 1000 + delay.nanos / 1e6);
}

/** Whether this client makes more calls than it may, rather than the server having no room for anyone's. */
export function isBeyondRate(error: ConnectError): boolean {
  return error.code === Code.ResourceExhausted && isRate(callerInfo(error));
}

function isRate(info: ErrorInfo | undefined): boolean {
  return info?.reason === `${REASON_PREFIX}RATE_EXCEEDED`;
}
