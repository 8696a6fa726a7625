/** What the server says of the credential that the page calls with. */
import { CallerRefusedError, type ExportedConfig } from "../client/web.js";
import { isCallForbidden, isKeyRefused } from "./session.js";
import { visibleText } from "./visible-text.js";

/** What is known of the API key, and in words for those who use it. */
export type KeyVerdict =
  | { readonly state: "unknown" }
  /** The server takes calls with it. */
  | { readonly state: "accepted"; readonly text: string }
  /** The server does not know it, or wants one and there is none. */
  | { readonly state: "refused"; readonly text: string };

/** Nothing: the server was not asked yet, or could not be reached. */
export const NOT_ASKED: KeyVerdict = { state: "unknown" };

/** What an answer to ExportConfig says of the caller. */
export function verdictOfConfig({ caller, callerRpcs }: ExportedConfig): KeyVerdict {
  return { state: "accepted", text: describe(caller, callerRpcs) };
}

/** What a failed call says of the caller; undefined where it says nothing. */
export function verdictOfError(error: unknown, hasKey: boolean): KeyVerdict | undefined {
  if (isKeyRefused(error)) {
    const why = error instanceof CallerRefusedError ? `: ${error.rawMessage}` : "";
    const text = hasKey
      ? `The server refused this API key${visibleText(why)}`
      : "This server wants an API key";
    return { state: "refused", text };
  }
  if (!(error instanceof CallerRefusedError) || !isCallForbidden(error)) return undefined;
  if (error.reason !== "RPC_NOT_ALLOWED" || error.field !== "authorization") return undefined;
  const { caller, caller_rpcs: rpcs } = error.facts;
  if (caller !== undefined && rpcs !== undefined) {
    return { state: "accepted", text: describe(caller, rpcs.split(",")) };
  }
  const text = "The server knows this as a token: it entitles to calls on that token alone.";
  return { state: "accepted", text };
}

function describe(caller: string, rpcs: readonly string[]): string {
  if (caller === "") return "This server knows no callers: anyone may call everything.";
  const names = rpcs.map(visibleText).join(", ");
  return `The server knows this caller as “${visibleText(caller)}”. It may call ${names}.`;
}
