/** The part of JSON Schema 2020-12 that our schemas use; any other keyword is an error. */
import assert from "node:assert/strict";

type Schema = Record<string, unknown>;
type Check = (value: never, rule: never, schema: Schema, root: Schema) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const own = (value: object, name: string) => Object.hasOwn(value, name);
const annotation = () => true;

const KEYWORDS: Record<string, Check> = {
  $schema: annotation,
  $id: annotation,
  $defs: annotation,
  title: annotation,
  description: annotation,
  minContains: annotation,
  maxContains: annotation,
  type: (value: unknown, type: string) =>
    type === "object"
      ? isObject(value)
      : type === "array"
        ? Array.isArray(value)
        : type === "integer"
          ? Number.isInteger(value)
          : typeof value === type,
  const: (value: unknown, wanted: unknown) => value === wanted,
  enum: (value: unknown, wanted: unknown[]) => wanted.includes(value),
  required: (value: unknown, names: string[]) =>
    !isObject(value) || names.every((name) => own(value, name)),
  properties: (value: unknown, schemas: Record<string, Schema>, _, root) =>
    !isObject(value) ||
    Object.entries(schemas).every(([name, it]) => !own(value, name) || test(value[name], it, root)),
  additionalProperties: (value: unknown, allowed: boolean, { properties }: Schema) =>
    allowed || !isObject(value) || Object.keys(value).every((it) => own(properties as object, it)),
  items: (value: unknown, item: Schema, _, root) =>
    !Array.isArray(value) || value.every((it) => test(it, item, root)),
  contains: (value: unknown, item: Schema, { minContains, maxContains }: Schema, root) => {
    if (!Array.isArray(value)) return true;
    const count = value.filter((it) => test(it, item, root)).length;
    return count >= Number(minContains ?? 1) && count <= Number(maxContains ?? Infinity);
  },
  minItems: (value: unknown, count: number) => !Array.isArray(value) || value.length >= count,
  maxItems: (value: unknown, count: number) => !Array.isArray(value) || value.length <= count,
  minLength: (value: unknown, count: number) =>
    typeof value !== "string" || [...value].length >= count,
  maxLength: (value: unknown, count: number) =>
    typeof value !== "string" || [...value].length <= count,
  pattern: (value: unknown, form: string) =>
    typeof value !== "string" || new RegExp(form, "u").test(value),
  minimum: (value: unknown, least: number) => typeof value !== "number" || value >= least,
  maximum: (value: unknown, most: number) => typeof value !== "number" || value <= most,
  allOf: (value: unknown, schemas: Schema[], _, root) =>
    schemas.every((schema) => test(value, schema, root)),
  exclusiveMinimum: (value: unknown, least: number) => typeof value !== "number" || value > least,
  format: annotation,
  not: (value: unknown, schema: Schema, _, root) => !test(value, schema, root),
  oneOf: (value: unknown, schemas: Schema[], _, root) =>
    schemas.filter((schema) => test(value, schema, root)).length === 1,
  $ref: (value: unknown, path: string, _, root) => {
    const names = path.split("/").slice(1);
    const found = names.reduce<unknown>((at, name) => (at as Schema)[name], root);
    return test(value, found as Schema, root);
  },
};

/** Whether a schema accepts a value. */
export function accepts(schema: Schema, value: unknown): boolean {
  return test(value, schema, schema);
}

function test(value: unknown, schema: Schema, root: Schema): boolean {
  return Object.entries(schema).every(([keyword, rule]) => {
    const check = KEYWORDS[keyword];
    assert.ok(check, `the schema uses ${keyword}, which this test does not know`);
    return check(value as never, rule as never, schema, root);
  });
}
