import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import type { DescMethod } from "@bufbuild/protobuf";
import type { HttpExchange } from "./http-exchange.js";

/** What a call asks for, as far as hooks must know it: a method of a schema, or what a server names like one. */
export interface CalledMethod {
  readonly name: string;
  readonly methodKind: DescMethod["methodKind"];
  /** The service that it is of. */
  readonly parent: { readonly typeName: string };
}

/** What is known of a call when its headers have arrived and nothing of its body has been read. */
export interface CallHead {
  /** The service the path names. */
  readonly service: CalledMethod["parent"];
  /** The method the path names. */
  readonly method: CalledMethod;
  /** The HTTP verb, `POST` for nearly every call. */
  readonly httpMethod: string;
  /** The path as received, with its query if there is one. */
  readonly path: string;
  /**
   * The header fields that tell of the caller (lower-case names), so that reading one header builds no `Headers`: of an
   * RPC all that were received. Not to be changed.
   */
  readonly headers: IncomingHttpHeaders;
  /** All header fields, as received. Not to be changed. */
  readonly received: IncomingHttpHeaders;
  /** The id of the request; undefined where nobody names requests. */
  readonly requestId: string | undefined;
  /** The connection, for peer addresses and client certificates; `undefined` once it is gone. */
  readonly socket: Socket | undefined;
}

/** The head of a call that came as an exchange. */
export function toCallHead(method: CalledMethod, exchange: HttpExchange): CallHead {
  return {
    service: method.parent,
    method,
    httpMethod: exchange.method,
    path: exchange.path,
    headers: exchange.headers,
    received: exchange.headers,
    requestId: exchange.requestId,
    get socket(): Socket | undefined {
      return exchange.socket;
    },
  };
}
