/**
 * What protobuf's JSON would read as something else is refused, on either way to the service; and what
 * is no field, with more to say about it than protobuf has.
 */
import type { DescMessage } from "@bufbuild/protobuf";
import { refuseInexactNumbers } from "./exact-numbers.js";
import { refuseInexactTimes } from "./exact-times.js";
import { refuseUnknownFields } from "./unknown-fields.js";

/**
 * Looks at the JSON of a request before it is parsed.
 * @throws ConnectError INVALID_ARGUMENT naming the field.
 */
export function refuseInexactJson(input: DescMessage, text: string): void {
  refuseUnknownFields(input, text);
  refuseInexactNumbers(input, text);
  refuseInexactTimes(input, text);
}
