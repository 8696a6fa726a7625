/** What is known of a call, as Connect's context values. */

import type { Socket } from "node:net";
import {
  type ContextKey,
  type ContextValues,
  createContextKey,
  createContextValues,
} from "@connectrpc/connect";
import { type Call, callKey } from "../service/index.js";

/** The connection of a call; kept for streams alone, which are counted by it. */
export const connectionKey = createContextKey<Socket | undefined>(undefined);

/**
 * Context values with a place for the two that every open stream has: Connect's own take 265 bytes a call, which
 * is an eighth of a stream that waits. Others take Connect's way.
 */
export class CallValues implements ContextValues {
  #call: Call | undefined;
  #connection: Socket | undefined;
  #others: ContextValues | undefined;

  constructor(call: Call, connection?: Socket) {
    this.#call = call;
    this.#connection = connection;
  }

  get<T>(key: ContextKey<T>): T {
    if (key.id === callKey.id) return this.#call as T;
    if (key.id === connectionKey.id) return this.#connection as T;
    return this.#others === undefined ? key.defaultValue : this.#others.get(key);
  }

  set<T>(key: ContextKey<T>, value: T): this {
    if (key.id === callKey.id) this.#call = value as Call;
    else if (key.id === connectionKey.id) this.#connection = value as Socket;
    else {
      this.#others ??= createContextValues();
      this.#others.set(key, value);
    }
    return this;
  }

  delete(key: ContextKey<unknown>): this {
    return this.set(key, key.defaultValue);
  }
}
