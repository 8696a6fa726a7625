/** The users of the demonstration. */
import { PERMISSIONS } from "./languages.mjs";

const SIGNED_IN_TOGETHER = 20;

/** A user with a token that every service accepts. */
export async function signInOne(client, name) {
  const { token } = await client.generateToken(name, { permissions: PERMISSIONS });
  return createUser(name, token);
}

/** Users with a token each, a few at a time. */
export async function signIn(client, count) {
  const users = [];
  while (users.length < count) {
    const size = Math.min(SIGNED_IN_TOGETHER, count - users.length);
    const names = Array.from({ length: size }, (_, i) => nameOf(users.length + i + 1));
    users.push(...(await Promise.all(names.map((name) => signInOne(client, name)))));
  }
  return users;
}

function nameOf(number) {
  return `user-${String(number).padStart(4, "0")}`;
}

/**
 * A user and its token. It is revoked from `revokedBy` on at the earliest, from `revokedAt` on for sure;
 * `refusedBy` holds the services that have refused it.
 */
function createUser(name, token) {
  const never = Number.POSITIVE_INFINITY;
  return { name, token, revokedBy: never, revokedAt: never, refusedBy: new Set() };
}
