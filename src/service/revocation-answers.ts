/**
 * Entries in binary, straight from what is kept: a page of a thousand takes eight milliseconds through messages, and
 * every other call waits for it. It writes what protobuf-es writes, byte for byte; a test compares.
 */
import {
  ListRevocationsResponseSchema,
  RevocationOutcome,
  RevokeTokensResponseSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { Instant, type PlannedRevocation, type Revocation } from "../core/index.js";
import type { FeedEvent, RevocationPage } from "../revocation/register.js";
import { type Answer, throughMessage } from "./answers.js";
import { ProtoWriter } from "./proto-writer.js";
import { toRevocation } from "./revocation-convert.js";

/** `revocations` of a page of the feed and of a list. */
const REVOCATIONS = 1;
/** The pages of `WatchRevocationsResponse`. */
const SNAPSHOT = 1;
const CHANGES = 2;
const writer = new ProtoWriter();

/** An event of the feed that has entries. */
export type FeedPage = Extract<FeedEvent, { readonly kind: "SNAPSHOT" | "CHANGES" }>;

/** Writes entries into the message that a writer is at. @param withReasons reasons stay with the server in feeds */
function writeRevocations(
  to: ProtoWriter,
  revocations: readonly Revocation[],
  withReasons: boolean,
): void {
  for (let i = 0; i < revocations.length; i++) {
    const revocation = revocations[i] as Revocation;
    const start = to.open(REVOCATIONS);
    writeTarget(to, revocation);
    to.timestamp(6, Instant.fromMicros(revocation.expiresAt));
    to.timestamp(7, Instant.fromMicros(revocation.revokedAt));
    if (withReasons) to.string(8, revocation.reason);
    to.close(start);
  }
}

function writeTarget(to: ProtoWriter, { kind, id, issuedBefore }: Revocation): void {
  if (kind === "TOKEN") to.text(1, id);
  else if (kind === "SESSION") to.text(2, id);
  else {
    if (kind === "USER") to.hex(3, id);
    else to.true(4);
    to.timestamp(5, Instant.fromMicros(issuedBefore));
  }
}

/** A page of a snapshot, or changes, as WatchRevocations answers them, behind `reserve` bytes that are the caller's to fill. */
export function pageToBinary(event: FeedPage, reserve: number): Uint8Array {
  writer.start();
  const page = writer.open(event.kind === "SNAPSHOT" ? SNAPSHOT : CHANGES);
  writeRevocations(writer, event.revocations, false);
  if (event.kind === "SNAPSHOT") {
    if (event.first) writer.true(2);
    if (event.last) writer.true(3);
  }
  writer.close(page);
  return writer.finish(reserve);
}

/** ListRevocations'. */
export const listAnswer: Answer<RevocationPage, typeof ListRevocationsResponseSchema> = {
  ...throughMessage(ListRevocationsResponseSchema, ({ revocations, nextPageToken }) => ({
    revocations: revocations.map(toRevocation),
    nextPageToken: nextPageToken ?? "",
  })),
  toBinary({ revocations, nextPageToken }, reserve) {
    writer.start();
    writeRevocations(writer, revocations, true);
    writer.string(2, nextPageToken ?? "");
    return writer.finish(reserve);
  },
};

/** RevokeTokens'. */
export const outcomesAnswer: Answer<
  readonly PlannedRevocation[],
  typeof RevokeTokensResponseSchema
> = {
  ...throughMessage(RevokeTokensResponseSchema, (planned) => ({
    results: planned.map(({ outcome }) => ({ outcome: RevocationOutcome[outcome] })),
  })),
  toBinary(planned, reserve) {
    writer.start();
    for (let i = 0; i < planned.length; i++) {
      const start = writer.open(1);
      writer.number(1, RevocationOutcome[(planned[i] as PlannedRevocation).outcome]);
      writer.close(start);
    }
    return writer.finish(reserve);
  },
};
