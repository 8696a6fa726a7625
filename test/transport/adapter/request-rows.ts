import type { RawRequest } from "./raw-requests.js";

/** Why a call that has no time at all may be answered in two ways. */
export const noTime =
  "Connect aborts the signal and answers all the same; here no time is no answer";

/** One row for each value of a header, or for each body. */
export function rows<T>(
  about: string,
  values: readonly T[],
  row: (value: T) => Omit<RawRequest, "name">,
) {
  const label = (value: T) => (value instanceof Uint8Array ? printable(value) : String(value));
  return values.map((value) => ({ name: `${about} «${label(value)}»`, ...row(value) }));
}

function printable(bytes: Uint8Array): string {
  return JSON.stringify(Buffer.from(bytes).toString("latin1"));
}
