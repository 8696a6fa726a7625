/** Answers requests for hosts that are not the server's with 421 (RFC 9110, section 15.5.20). */
import type { Gate, HttpResponse } from "../transport/adapter/index.js";
import { createHostCheck } from "./hosts.js";

const STATUS = 421;
const TEXT = "This server does not answer to this host: ALLOWED_HOSTS does not list it.\n";

/**
 * Admits requests for the hosts that are allowed, loopback ones among them, before anything else of them
 * is looked at. Undefined where any is allowed.
 */
export function createHostGate(allowed: readonly string[] | undefined): Gate | undefined {
  return allowed && { admits: createHostCheck(allowed), refuse: misdirected };
}

function misdirected(): HttpResponse {
  const header = new Headers({
    "content-type": "text/plain; charset=utf-8",
    "cache-control": "no-store",
  });
  return { status: STATUS, header, body: Buffer.from(TEXT) };
}
