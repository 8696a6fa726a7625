/** RevokeTokens and ListRevocations. */
import { Code, type ConnectError, type HandlerContext } from "@connectrpc/connect";
import type {
  ListRevocationsRequest,
  RevokeTokensRequest,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import {
  type PlannedRevocation,
  type Revocation,
  type RevocationTarget,
  type SecureTokenManager,
  TokenError,
  userKey,
} from "../core/index.js";
import { checkUserId } from "../core/rules.js";
import {
  RevocationNotStoredError,
  type RevocationPage,
  type RevocationRegister,
} from "../revocation/register.js";
import { chargeBatch, inTurns, lengthOf, noteOutcomes } from "./batches.js";
import { type Call, callerError } from "./call.js";
import { toTarget } from "./revocation-convert.js";
import { chargeEntries, distinctEntries } from "./revocation-entries.js";
import { entitledTargets, mostTargets } from "./revocation-rights.js";
import { askForRetry } from "./try-later.js";

/** What the RPCs work on. */
export interface RevocationDeps {
  readonly manager: SecureTokenManager;
  readonly register: RevocationRegister;
  /** The server's version, for ExportConfig. Default: none is told. */
  readonly version?: string | undefined;
}

const DEFAULT_PAGE_SIZE = 100;
const MAX_PAGE_SIZE = 1000;
/** When a call that was refused for want of freshness or storage is worth another try, in milliseconds. */
const RETRY_MS = 1_000;

/** Revokes what the targets name. @throws TokenError, ConnectError */
export async function revokeTokens(
  deps: RevocationDeps,
  request: RevokeTokensRequest,
  call: Call | undefined,
  context: HandlerContext,
): Promise<readonly PlannedRevocation[]> {
  const { manager, register } = deps;
  requireEnabled(register, "targets");
  // Before each is looked at.
  const most = mostTargets(call);
  if (request.targets.length > most) {
    const facts = { reason: "TOO_MANY_TARGETS", field: "targets" } as const;
    throw new TokenError(`targets must be at most ${most}`, facts);
  }
  chargeBatch(request.targets, call);
  const named = request.targets.map((target, i) => toTarget(target, `targets[${i}]`));
  const targets = entitledTargets(named, manager, call);
  const size = lengthOf(targets.flatMap((target) => ("token" in target ? target.token : [])));
  let done = 0;
  const step = (part: readonly RevocationTarget[]) => {
    const planned = manager.planRevocations(part, request.reason, done);
    done += part.length;
    return planned;
  };
  const planned = await inTurns({ items: targets, size, step }, call, context);
  await store(deps, planned, call);
  noteOutcomes(targets, planned, call);
  return planned;
}

/**
 * Puts what was planned in force, each entry once.
 * @throws ConnectError UNAVAILABLE when it cannot be made durable, RESOURCE_EXHAUSTED where a holder has made many
 */
export async function store(
  { manager, register }: RevocationDeps,
  planned: readonly PlannedRevocation[],
  call: Call | undefined,
): Promise<void> {
  const entries = distinctEntries(planned);
  const kinds = entries.map(({ kind }) => kind);
  await chargeEntries(kinds, manager, call, () => write(register, entries));
}

/**
 * Puts a new token in the place of an old one. It is issued once the old one's entry is paid for, and goes out once that is
 * durable and in force.
 * @param issue makes the new token
 * @throws ConnectError UNAVAILABLE when the entry cannot be made durable, RESOURCE_EXHAUSTED where a holder has made many;
 * what `issue` throws
 */
export function replaceToken<T>(
  { manager, register }: RevocationDeps,
  token: string,
  issue: () => T,
  call: Call | undefined,
): Promise<T> {
  return chargeEntries(["TOKEN"], manager, call, async () => {
    const issued = issue();
    await write(register, distinctEntries(manager.planRevocations([{ token }], "refreshed")));
    return issued;
  });
}

/** @throws ConnectError UNAVAILABLE when they cannot be made durable */
async function write(register: RevocationRegister, entries: readonly Revocation[]): Promise<void> {
  if (entries.length === 0) return;
  try {
    await register.revoke(entries);
  } catch (error) {
    if (!(error instanceof RevocationNotStoredError)) throw error;
    const text = "the revocation could not be stored; try again";
    throw unavailable("REVOCATION_NOT_STORED", text);
  }
}

/** A page of what is in force. @throws TokenError */
export function listRevocations(
  { register }: RevocationDeps,
  request: ListRevocationsRequest,
): RevocationPage {
  requireEnabled(register, "");
  const { userId, tokenId, pageSize, pageToken } = request;
  if (pageSize < 0) throw invalid("page_size", "page_size must not be negative");
  if (userId !== "") checkUserId(userId);
  const query = {
    userKey: userId === "" ? undefined : userKey(userId),
    tokenId: tokenId === "" ? undefined : tokenId,
    pageSize: Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
    pageToken: pageToken === "" ? undefined : pageToken,
  };
  try {
    return register.list(query);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid("page_token", "page_token is of no earlier answer");
  }
}

/** Refuses to vouch for a token. @throws ConnectError UNAVAILABLE while revocations may be missing */
export function requireFresh(register: RevocationRegister): void {
  if (register.isFresh) return;
  const text = "the server does not know the latest revocations, and vouches for no token";
  throw unavailable("REVOCATIONS_STALE", text);
}

/** @throws TokenError where no revocations are kept */
export function requireEnabled(register: RevocationRegister, field: string): void {
  if (register.isEnabled) return;
  const facts = { reason: "REVOCATION_NOT_ENABLED", field } as const;
  throw new TokenError(`${field || "this"} needs a server that keeps revocations`, facts);
}

function unavailable(
  reason: "REVOCATIONS_STALE" | "REVOCATION_NOT_STORED",
  message: string,
): ConnectError {
  return askForRetry(callerError(reason, Code.Unavailable, message, {}), RETRY_MS);
}

function invalid(field: string, message: string): TokenError {
  return new TokenError(message, { reason: "REVOCATION_INVALID", field });
}
