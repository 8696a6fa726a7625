/** Mounts the doors for gateways: each request is admitted, logged and counted as a call. */
import type { ConnectError, ContextValues } from "@connectrpc/connect";
import type { Door, DoorAnswer, DoorRequest } from "../gateways/index.js";
import { callKey } from "../service/index.js";
import {
  type CallHead,
  type HttpExchange,
  type HttpHandler,
  type HttpResponse,
  pathOf,
  toConnectError,
} from "../transport/adapter/index.js";
import type { CallHooks } from "./metrics/observe-calls.js";
import { isRepeated } from "./repeated-authorization.js";

/**
 * Answers the doors' paths; everything else is `handler`'s. It stands before CORS: what is asked here may
 * be a browser's preflight for the application behind the gateway, and is no preflight of the server's.
 */
export function withDoors(
  handler: HttpHandler,
  doors: readonly Door[],
  hooks: CallHooks,
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
  { authorize, ended }: CallHooks,
): Promise<HttpResponse> {
  const request = toRequest(exchange);
  const head = headOf(door, exchange, request);
  let values: ContextValues | undefined;
  let error: ConnectError | undefined;
  exchange.whenClosed(() => ended(head, values, error));
  try {
    values = await authorize(head);
    return toResponse(door.answer(request, values?.get(callKey)));
  } catch (reason) {
    error = toConnectError(reason);
    return toResponse(door.refuse(error, request));
  }
}

function toRequest({ method, path, headers }: HttpExchange): DoorRequest {
  return { method, target: path, headers, hasSeveralCredentials: isRepeated(headers) };
}

/** What the callers are asked with: the caller's credential, and nothing of its client's. */
function headOf(door: Door, exchange: HttpExchange, request: DoorRequest): CallHead {
  const authorization = door.credentialOf(request);
  return {
    service: door.method.parent,
    method: door.method,
    httpMethod: exchange.method,
    path: exchange.path,
    headers: authorization === undefined ? {} : { authorization },
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
