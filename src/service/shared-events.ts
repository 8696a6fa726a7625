/** Changes and checkpoints for watchers that read binary: encoded once, however many watch. */
import { create, type MessageShape, toBinary, type UnknownField } from "@bufbuild/protobuf";
import { WatchRevocationsResponseSchema } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import type { FeedEvent } from "../revocation/register.js";
import { toWatchResponse } from "./revocation-convert.js";

/** The wire type of a message, and the bytes of a tag with a field number below 16 (protobuf's encoding). */
const LENGTH_DELIMITED = 2;
const TAG_LENGTH = 1;

/** By event: the feed gives all who stand at the same place the same one. */
const encoded = new WeakMap<FeedEvent, UnknownField[]>();

/**
 * A message whose one field is bytes already. protobuf-es writes fields that a message does not
 * know as they are; in JSON they would be missing.
 *
 * @param keyIds gives the keys of valid tokens, which a checkpoint names
 */
export function toSharedEvent(
  event: Exclude<FeedEvent, { readonly kind: "SNAPSHOT" }>,
  keyIds: () => readonly string[],
): MessageShape<typeof WatchRevocationsResponseSchema> {
  const message = create(WatchRevocationsResponseSchema);
  let fields = encoded.get(event);
  if (fields === undefined) {
    const { changes, checkpoint } = WatchRevocationsResponseSchema.field;
    const isCheckpoint = event.kind === "CHECKPOINT";
    const { number } = isCheckpoint ? checkpoint : changes;
    const init = toWatchResponse(event, isCheckpoint ? keyIds() : []);
    const whole = create(WatchRevocationsResponseSchema, init);
    const bytes = toBinary(WatchRevocationsResponseSchema, whole);
    fields = [{ no: number, wireType: LENGTH_DELIMITED, data: bytes.subarray(TAG_LENGTH) }];
    encoded.set(event, fields);
  }
  message.$unknown = fields;
  return message;
}
