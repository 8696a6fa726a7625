/** The settings of commands that ask a server. */
import { Secret } from "../../core/index.js";
import { setting, UNSET } from "./setting.js";

/** What `--server` needs beside an address. */
export const CLIENT_SETTINGS = {
  SECURE_TOKEN_API_KEY: setting({
    parse: (text): Secret => new Secret(text),
    ...UNSET,
    readers: ["remote"],
    meaning: "the API key that the command sends to `--server`",
    schema: { minLength: 1 },
    secret: true,
  }),
};
