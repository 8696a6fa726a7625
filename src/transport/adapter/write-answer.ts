import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { ShortCall } from "./short-call.js";
import type { UnaryRoute } from "./short-route.js";

/**
 * Writes what a method gave in the call's format, behind the bytes that its wire wants for framing.
 *
 * @param output what `DirectMethod.call` gave, where the method has one; else its message
 */
export function writeAnswer(
  { route, format, wire }: ShortCall<UnaryRoute>,
  output: unknown,
): Uint8Array {
  const { direct } = route;
  if (direct !== undefined && format.binary) return direct.toBinary(output, wire.reserve);
  const bytes =
    direct === undefined
      ? route.serialization.getO(format.binary).serialize(output as MessageShape<DescMessage>)
      : Buffer.from(direct.toJson(output));
  if (wire.reserve === 0) return bytes;
  const framed = Buffer.allocUnsafe(wire.reserve + bytes.byteLength);
  framed.set(bytes, wire.reserve);
  return framed;
}
