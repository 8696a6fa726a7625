/**
 * Durations and instants in the JSON of a request. protobuf-es reads "1s30m" as one second, and
 * 30 February as 2 March, and its errors name no field.
 */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { isInstantText } from "../core/instant-text.js";

/** Seconds with at most nine decimals, as protobuf's JSON has them. */
const DURATION = /^-?(\d{1,12})(\.\d{1,9})?s$/;
/** The most seconds of a google.protobuf.Duration. */
const MAX_SECONDS = 315_576_000_000;
/** By type: whether a value is right, and the rule. */
const RULES: Readonly<Record<string, readonly [(value: unknown) => boolean, string]>> = {
  "google.protobuf.Duration": [isDuration, 'seconds as a text such as "3600s"'],
  "google.protobuf.Timestamp": [
    (value) => typeof value === "string" && isInstantText(value),
    'an instant of RFC 3339 as a text such as "2026-11-26T08:00:00Z"',
  ],
};
/** Messages with a time somewhere in them. */
const HOLDERS = new WeakMap<DescMessage, boolean>();
/** By request: what its text must hold for a time to be in it. Most requests name none. */
const MENTIONS = new WeakMap<DescMessage, RegExp>();

/**
 * Refuses the JSON of a request with a time in it that would be read as another.
 * @throws ConnectError INVALID_ARGUMENT naming the field.
 */
export function refuseInexactTimes(input: DescMessage, text: string): void {
  if (!mentionOf(input)?.test(text)) return;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Whoever parses it next says what is wrong.
    return;
  }
  check(input, json, "");
}

/** A name of a time, or a backslash, which may spell one; undefined for a request without times. */
function mentionOf(input: DescMessage): RegExp | undefined {
  if (!holdsTime(input)) return undefined;
  let mention = MENTIONS.get(input);
  if (!mention) {
    mention = new RegExp(["\\\\", ...namesOfTimes(input)].join("|"));
    MENTIONS.set(input, mention);
  }
  return mention;
}

function namesOfTimes(message: DescMessage): string[] {
  return message.fields.flatMap((field) => {
    if (field.message === undefined || !holdsTime(field.message)) return [];
    const isTime = Object.hasOwn(RULES, field.message.typeName);
    return isTime ? [field.jsonName, field.name] : namesOfTimes(field.message);
  });
}

function check(message: DescMessage, json: unknown, path: string): void {
  if (typeof json !== "object" || json === null) return;
  for (const field of message.fields) {
    if (field.message === undefined || !holdsTime(field.message)) continue;
    for (const name of [field.jsonName, field.name]) {
      const value = (json as Record<string, unknown>)[name];
      if (value !== undefined && value !== null) checkField(field, value, `${path}${field.name}`);
    }
  }
}

function checkField({ message, fieldKind }: DescField, value: unknown, path: string): void {
  if (message === undefined) return;
  if (fieldKind === "list") {
    if (!Array.isArray(value)) return;
    for (const [i, item] of value.entries()) check(message, item, `${path}[${i}].`);
    return;
  }
  const rule = RULES[message.typeName];
  if (rule === undefined) {
    check(message, value, `${path}.`);
    return;
  }
  const [isRight, what] = rule;
  if (!isRight(value)) throw new ConnectError(`${path} must be ${what}`, Code.InvalidArgument);
}

function holdsTime(message: DescMessage): boolean {
  if (Object.hasOwn(RULES, message.typeName)) return true;
  let holds = HOLDERS.get(message);
  if (holds === undefined) {
    // A message within itself: google.protobuf.Struct.
    HOLDERS.set(message, false);
    holds = message.fields.some((field) => field.message && holdsTime(field.message));
    HOLDERS.set(message, holds);
  }
  return holds;
}

function isDuration(value: unknown): boolean {
  const seconds = typeof value === "string" ? DURATION.exec(value)?.[1] : undefined;
  return seconds !== undefined && Number(seconds) <= MAX_SECONDS;
}
