/** Runs one case of the guards: asks the driver for a guarded server, and that server over a socket. */
import { expand } from "../suite/expand.js";
import { type GuardCase, type GuardPolicy, guardDifference } from "../suite/guards.js";
import { sendBytes } from "./http-socket.js";
import type { CaseContext } from "./run-case.js";

/** What a case of the guards needs beside its driver. */
export interface GuardContext extends CaseContext {
  /** The group's policy. */
  readonly policy: GuardPolicy;
}

/** What is wrong, or `undefined`. Throws when the driver itself fails. */
export async function runGuardCase(id: string, it: GuardCase, context: GuardContext) {
  const address = context.addresses.get(it.target ?? "server");
  if (address === undefined) throw new Error(`no target is named ${it.target}`);
  const { apiKey, timeoutMs } = it;
  const request = {
    id,
    guard: { policy: it.policy ?? context.policy },
    connection: { address, apiKey, timeoutMs },
  };
  const answer = await context.driver.ask(request);
  if (answer.ok !== true) {
    const isPolicy = (answer.error as { kind?: string } | undefined)?.kind === "POLICY";
    if (isPolicy && "policyRefused" in it.expect) return undefined;
    return `makes no guard: ${JSON.stringify(answer.error)}`;
  }
  if ("policyRefused" in it.expect) return "takes the policy";
  const { address: guarded } = answer.result as { address: string };
  return guardDifference(it, await sendBytes(guarded, requestOf(it, context)));
}

/** The request as bytes: no client of HTTP would send some of these. */
function requestOf(
  { method = "GET", path = "/", authorization }: GuardCase,
  context: GuardContext,
) {
  const values = (expand(authorization ?? [], context.values) as (string | string[])[]).map(
    (value) => (typeof value === "string" ? value : value.join("")),
  );
  const lines = [
    `${method} ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    "Connection: close",
    ...values.map((value) => `Authorization: ${value}`),
    ...(method === "POST" ? ["Content-Length: 0"] : []),
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "utf8");
}
