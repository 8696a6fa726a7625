/** Runs one case through one driver. */
import { canonicalError, canonicalResult } from "../suite/canonical.js";
import { difference } from "../suite/compare.js";
import type { Case, Expectation, Step } from "../suite/corpus.js";
import { expand } from "../suite/expand.js";
import { type FieldSpelling, spellFields } from "../suite/field-spelling.js";
import type { RunningDriver } from "./driver-process.js";
import { clientTls } from "./tls.js";

/** What a case needs beside its driver. */
export interface CaseContext {
  readonly driver: RunningDriver;
  /** Addresses by target. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Values by name. */
  readonly values: ReadonlyMap<string, string>;
  /** How the language's clients spell the field of an error. */
  readonly fields: FieldSpelling;
}

/** What is wrong, or `undefined`. Throws when the driver itself fails. */
export async function runCase(id: string, it: Case, context: CaseContext) {
  const values = new Map(context.values);
  const steps = [...(it.before ?? []), it];
  for (const [i, step] of steps.entries()) {
    const trouble = await runStep(`${id}#${i}`, step, { ...context, values }, values);
    if (trouble !== undefined) return steps.length > 1 ? `step ${i + 1}: ${trouble}` : trouble;
  }
  return undefined;
}

async function runStep(
  id: string,
  step: Step,
  { driver, addresses, fields }: CaseContext,
  values: Map<string, string>,
): Promise<string | undefined> {
  const address = addresses.get(step.target ?? "server");
  if (address === undefined) throw new Error(`no target is named ${step.target}`);
  const apiKey = expand(step.apiKey, values);
  const { timeoutMs } = step;
  const connection = { address, apiKey, timeoutMs, tls: step.tls && clientTls(step.tls) };
  const request = expand(step.request, values);
  const start = performance.now();
  const answer = await driver.ask({ id, rpc: step.rpc, request, connection } as { id: string });
  const elapsed = Math.round(performance.now() - start);
  const trouble = judge(step, answer, values, fields);
  if (trouble !== undefined) return trouble;
  const { min, max } = step.elapsedMs ?? { min: 0, max: Number.POSITIVE_INFINITY };
  if (elapsed < min || elapsed > max) return `took ${elapsed} ms instead of ${min} to ${max}`;
  return undefined;
}

function judge(
  step: Step,
  answer: Record<string, unknown>,
  values: Map<string, string>,
  fields: FieldSpelling,
) {
  try {
    const expanded = expand(step.expect ?? { result: {} }, values);
    const expected = spellFields(expanded, fields) as Expectation;
    if (answer.ok !== true) {
      const error = canonicalError(answer.error);
      if (expected.error === undefined) return `failed: ${JSON.stringify(error)}`;
      const { message, ...rest } = error;
      const comparable = expected.error.kind === "RPC" && !expected.error.message ? rest : error;
      return difference(expected.error, comparable, "whole", "error");
    }
    const result = canonicalResult(step.rpc, answer.result) as Record<string, unknown>;
    if (expected.error !== undefined) return `succeeded instead of ${expected.error.kind}`;
    for (const [path, name] of Object.entries(step.save ?? {})) {
      values.set(name, String(result[path]));
    }
    return difference(expected.result, result, "part", "result");
  } catch (error) {
    return (error as Error).message;
  }
}
