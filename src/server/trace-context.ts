/** The trace that a call belongs to, as its `traceparent` tells it (W3C Trace Context, sections 2.2 and 3.2). */
import type { IncomingHttpHeaders } from "node:http";

/** What a valid `traceparent` says. */
export interface TraceContext {
  /** 32 hexadecimal digits in lower case, not all of them zero. */
  readonly traceId: string;
  /** The span that the call was made in: 16 digits of the same kind. */
  readonly parentId: string;
  /** Whether the caller may have recorded the trace (section 3.2.2.5.1). */
  readonly isSampled: boolean;
}

/** Version, trace-id, parent-id and flags, with the hyphens between them. */
const LENGTH = 55;
const TRACE_ID = { start: 3, end: 35 };
const PARENT_ID = { start: 36, end: 52 };
const HYPHEN = 0x2d;
const ZERO = 0x30;
const SAMPLED = 1;

/**
 * Parses a `traceparent`. Undefined for what is not valid, which is as if none had come (section 4.3), and for several
 * of them. Of a version above 00 the part is read that version 00 has (section 3.2.4).
 */
export function parseTraceparent(text: string): TraceContext | undefined {
  if (text.length < LENGTH || !isHex(text, 0, 2) || text.startsWith("ff")) return undefined;
  const isVersion0 = text.startsWith("00");
  if (text.length > LENGTH && (isVersion0 || text.charCodeAt(LENGTH) !== HYPHEN)) return undefined;
  for (const at of [2, TRACE_ID.end, PARENT_ID.end]) {
    if (text.charCodeAt(at) !== HYPHEN) return undefined;
  }
  if (!isId(text, TRACE_ID) || !isId(text, PARENT_ID) || !isHex(text, PARENT_ID.end + 1, LENGTH)) {
    return undefined;
  }
  return {
    traceId: text.slice(TRACE_ID.start, TRACE_ID.end),
    parentId: text.slice(PARENT_ID.start, PARENT_ID.end),
    isSampled: (Number.parseInt(text.slice(PARENT_ID.end + 1, LENGTH), 16) & SAMPLED) !== 0,
  };
}

/** The trace of a request's header fields. */
export function traceContextOf(headers: IncomingHttpHeaders): TraceContext | undefined {
  const { traceparent } = headers;
  return typeof traceparent === "string" ? parseTraceparent(traceparent) : undefined;
}

function isId(text: string, { start, end }: { start: number; end: number }): boolean {
  if (!isHex(text, start, end)) return false;
  for (let at = start; at < end; at++) if (text.charCodeAt(at) !== ZERO) return true;
  return false;
}

/** Digits and a to f: capitals are not valid. */
function isHex(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}
