/** What a door asks of a request with a body. */
import { Code, ConnectError } from "@connectrpc/connect";
import type { DoorRequest } from "./door.js";
import { invalid } from "./form.js";

/**
 * Refuses all but a POST of a media type, without an encoding.
 * @throws ConnectError UNIMPLEMENTED for another method, INVALID_ARGUMENT for another type or an encoding
 */
export function requirePosted({ method, headers }: DoorRequest, type: string): void {
  if (method !== "POST") throw new ConnectError("the method must be POST", Code.Unimplemented);
  const { "content-type": sent, "content-encoding": encoding } = headers;
  const [media = ""] = typeof sent === "string" ? sent.split(";", 1) : [];
  if (media.trim().toLowerCase() !== type || encoding !== undefined) {
    throw invalid(`must be of type ${type}, without an encoding`);
  }
}
