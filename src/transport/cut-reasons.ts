/** Every reason for which the server closes a connection before its client does. */
import { CUT_REASONS as HTTP2_CUT_REASONS } from "../http2/index.js";

/** Those of HTTP/2, and those of HTTP/1.1, PROXY headers and bounds on connections. */
export const CUT_REASONS = [
  ...HTTP2_CUT_REASONS,
  "a body in tiny pieces",
  "a PROXY header that is not well-formed",
  "displaced by newer connections",
  "no PROXY header",
  "no PROXY header in time",
  "no room for one more connection",
  "requests that wait to begin",
] as const;

/** One of `CUT_REASONS`. */
export type CutReason = (typeof CUT_REASONS)[number];
