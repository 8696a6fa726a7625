/** `Expect` (RFC 9110, section 10.1.1): the one expectation that there is, and the answer to all others. */
import type { HttpHandler } from "./http-exchange.js";

/** Whether a client waits for a word before it sends its body. */
export function expectsContinue(expect: string | undefined): boolean {
  return expect?.toLowerCase() === "100-continue";
}

/** The same handler, behind a 417 to every other expectation. Of HTTP/1.1 Node lets none of these through. */
export function refuseExpectations(handler: HttpHandler): HttpHandler {
  return (exchange) => {
    const { expect } = exchange.headers;
    return expect === undefined || expectsContinue(expect) ? handler(exchange) : { status: 417 };
  };
}
