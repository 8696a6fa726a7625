/** additional_data as a google.protobuf.Struct, which holds less than JavaScript does. */
import type { JsonObject as StructInit } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { bigIntegerRule } from "../values/big-integers.js";
import { TokenError } from "./errors.js";

/**
 * The server's limit. It holds here as well because a cycle must end somewhere, and because decoders
 * stop at 100 nested messages, of which every level of a Struct takes several.
 */
const MAX_LEVELS = 32;

/**
 * The same object, once it is known to arrive as it is. How large it may be is the server's to say.
 * @throws TokenError naming the rule that it breaks.
 */
export function toStruct(data: unknown): StructInit {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw broken("must be an object");
  }
  checkValue(data, 0);
  const rule = bigIntegerRule(data);
  if (rule !== undefined) throw broken(rule);
  return data as StructInit;
}

function checkValue(value: unknown, depth: number): void {
  switch (typeof value) {
    case "boolean":
    // It has a rule of its own.
    case "bigint":
      return;
    case "string":
      checkText(value);
      return;
    case "number":
      if (!Number.isFinite(value)) throw broken("must hold finite numbers only");
      return;
    case "object":
      if (value !== null) checkChildren(value, depth);
      return;
    default:
      throw broken("must hold JSON values only");
  }
}

function checkChildren(value: object, depth: number): void {
  // A cycle ends here too.
  if (depth >= MAX_LEVELS) throw broken(`must be at most ${MAX_LEVELS} levels deep`);
  if (Array.isArray(value)) {
    // Unlike forEach, this meets the holes of a sparse array.
    for (const item of value) checkValue(item, depth + 1);
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw broken("must hold JSON values only");
  }
  for (const [name, member] of Object.entries(value)) {
    // Decoders that assign members by name, in this language and others, would lose it.
    if (name === "__proto__") throw broken("must not hold a member named __proto__");
    checkText(name);
    checkValue(member, depth + 1);
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed()) throw broken("must hold well-formed Unicode only");
}

function broken(rule: string): TokenError {
  return new TokenError(`additional_data ${rule}`, {
    reason: "ADDITIONAL_DATA_INVALID",
    field: "additional_data",
    code: Code.InvalidArgument,
  });
}
