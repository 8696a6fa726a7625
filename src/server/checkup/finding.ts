/** What an examination of a configuration finds. */

/** One thing that is right, remarkable or wrong. */
export interface Finding {
  readonly level: "ok" | "warning" | "error";
  /** A sentence that starts with what it is about; it holds no secret. */
  readonly message: string;
}

/** Something is as it should be. */
export function ok(message: string): Finding {
  return { level: "ok", message };
}

/** Something works, and should be known. */
export function warning(message: string): Finding {
  return { level: "warning", message };
}

/** Something keeps a server from starting or from working. */
export function fault(message: string): Finding {
  return { level: "error", message };
}
