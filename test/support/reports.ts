/** A reporter that keeps what it is told. */
import type { Reporter } from "../../src/revocation/reporter.js";

/** What was reported, in order. */
export interface Reports extends Reporter {
  readonly texts: string[];
}

/** Makes one. */
export function keepReports(): Reports {
  const texts: string[] = [];
  const keep = (_: object, text: string) => {
    texts.push(text);
  };
  return { texts, info: keep, warn: keep, error: keep };
}
