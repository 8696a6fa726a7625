/**
 * Members of a JSON request that are no fields. protobuf-es names one of them, and not what was meant:
 * people correct `permision` and are told of `expiresInHours` next.
 */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { MOST_UNKNOWN_NAMES, nearestName, shownName } from "../core/unknown-names.js";

interface UnknownField {
  /** Of the message around it, with a point at its end; empty for the request itself. */
  readonly path: string;
  readonly name: string;
  /** What the message does have. */
  readonly known: readonly string[];
}

/** Messages of these have a JSON form of their own, without fields. */
const WELL_KNOWN = "google.protobuf.";
/** The names of a message's fields in JSON: its own spelling first, which messages suggest. */
const NAMES = new WeakMap<DescMessage, readonly string[]>();

/**
 * Refuses a request with members that are no fields: ten of them by path, with the field that is meant.
 * @throws ConnectError INVALID_ARGUMENT
 */
export function refuseUnknownFields(input: DescMessage, text: string): void {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Whoever parses it next says what is wrong.
    return;
  }
  const unknown: UnknownField[] = [];
  collect(input, json, "", unknown);
  if (unknown.length === 0) return;
  const others = unknown.length - MOST_UNKNOWN_NAMES;
  // What is meant takes its time to find, and a request may hold thousands.
  const list = unknown.slice(0, MOST_UNKNOWN_NAMES).map(describe).join(", ");
  throw new ConnectError(
    `${input.name} has no field ${list}${others > 0 ? ` and ${others} more` : ""}`,
    Code.InvalidArgument,
  );
}

function describe({ path, name, known }: UnknownField): string {
  const meant = nearestName(name, known);
  return `${path}${shownName(name)}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
}

function collect(message: DescMessage, json: unknown, path: string, unknown: UnknownField[]): void {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return;
  const known = namesOf(message);
  for (const name of Object.keys(json)) {
    if (!known.includes(name)) unknown.push({ path, name, known });
  }
  for (const field of message.fields) {
    if (!hasFields(field)) continue;
    for (const name of new Set([field.jsonName, field.name])) {
      const value = (json as Record<string, unknown>)[name];
      collectField(field.message, value, `${path}${name}`, unknown);
    }
  }
}

function collectField(
  message: DescMessage,
  value: unknown,
  path: string,
  unknown: UnknownField[],
): void {
  if (!Array.isArray(value)) collect(message, value, `${path}.`, unknown);
  else for (const [i, item] of value.entries()) collect(message, item, `${path}[${i}].`, unknown);
}

function hasFields(field: DescField): field is DescField & { message: DescMessage } {
  return field.message !== undefined && !field.message.typeName.startsWith(WELL_KNOWN);
}

function namesOf(message: DescMessage): readonly string[] {
  let names = NAMES.get(message);
  if (!names) {
    names = message.fields.flatMap(({ jsonName, name }) => [jsonName, name]);
    NAMES.set(message, names);
  }
  return names;
}
