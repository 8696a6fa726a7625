/**
 * The names of inputs in errors: `expires_in` in messages of protobuf, `expiresIn` in TypeScript. Names
 * of settings, `SECRET_KEY`, are spelled alike in both.
 */

/** As TypeScript spells it: `targets[0].user.user_id` becomes `targets[0].user.userId`. */
export function toOwnSpelling(field: string): string {
  return field.replace(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** As protobuf spells it: the way back. */
export function toWireSpelling(field: string): string {
  return field.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
