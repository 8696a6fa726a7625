/** Mounts the doors for gateways: each request is admitted, logged and counted as a call. */
import type { IncomingHttpHeaders } from "node:http";
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { Door, DoorAnswer, DoorRequest } from "../gateways/index.js";
import { callKey } from "../service/index.js";
import {
  type CallHead,
  type HttpExchange,
  type HttpHandler,
  type HttpResponse,
  pathOf,
  type ReadBody,
  toConnectError,
} from "../transport/adapter/index.js";
import type { CallHooks } from "./metrics/observe-calls.js";
import { isRepeated } from "./repeated-authorization.js";

/** What every request at a door goes through. */
export interface DoorHooks extends CallHooks {
  readonly readBody: ReadBody;
}

const NO_BODY = Buffer.alloc(0);

/** Tells the paths whose requests have bodies that are read. */
export function createBodyCheck(doors: readonly Door[]): (path: string) => boolean {
  const paths = doors.filter(({ maxBodyBytes = 0 }) => maxBodyBytes > 0).map(({ path }) => path);
  return (path) => paths.includes(path);
}

/**
 * Answers the doors' paths; everything else is `handler`'s. It stands before CORS: what is asked here may
 * be a browser's preflight for the application behind the gateway, and is no preflight of the server's.
 */
export function withDoors(
  handler: HttpHandler,
  doors: readonly Door[],
  hooks: DoorHooks,
): HttpHandler {
  const byPath = new Map(doors.map((door) => [door.path, door]));
  return (exchange) => {
    const door = byPath.get(pathOf(exchange));
    return door === undefined ? handler(exchange) : serve(door, exchange, hooks);
  };
}

async function serve(
  door: Door,
  exchange: HttpExchange,
  { authorize, ended, readBody }: DoorHooks,
): Promise<HttpResponse> {
  const request = toRequest(exchange);
  const head = headOf(door, exchange, request);
  let values: ContextValues | undefined;
  let error: ConnectError | undefined;
  exchange.whenClosed(() => ended(head, values, error));
  try {
    values = await authorize(head);
    const body = door.maxBodyBytes ? await readBody(exchange, door.maxBodyBytes) : NO_BODY;
    return toResponse(await door.answer(request, values?.get(callKey), body));
  } catch (reason) {
    error = toConnectError(reason);
    return toResponse(door.refuse(error, request));
  }
}

function toRequest({ method, path, headers }: HttpExchange): DoorRequest {
  return { method, target: path, headers, hasSeveralCredentials: isRepeated(headers) };
}

/** What the callers are asked with. */
function headOf(door: Door, exchange: HttpExchange, request: DoorRequest): CallHead {
  return {
    service: door.method.parent,
    method: door.method,
    httpMethod: exchange.method,
    path: exchange.path,
    headers: door.callerHeaders(request) as IncomingHttpHeaders,
    received: exchange.headers,
    requestId: exchange.requestId,
    get socket() {
      return exchange.socket;
    },
  };
}

/** No answer may be kept: a token can be revoked at any time. */
function toResponse({ status, headers, body }: DoorAnswer): HttpResponse {
  const header = new Headers({ ...headers, "cache-control": "no-store" });
  if (body === undefined) {
    header.set("content-length", "0");
    return { status, header };
  }
  const bytes = Buffer.from(body);
  header.set("content-length", String(bytes.length));
  return { status, header, body: bytes };
}
