/** A server with its console, and a browser to open it in. */
import type { Browser } from "playwright-core";
import { loadConsole } from "../../src/server/console-assets.js";
import type { ServerDeps } from "../../src/server/server.js";
import { launchChromium } from "./chromium.js";
import { type RunningServer, startTestServer } from "./server.js";

/** Both, until `end`. */
export interface StartedConsole {
  readonly browser: Browser;
  readonly server: RunningServer;
  /** Ends the browser first: its connections would keep the server. */
  end(): Promise<void>;
}

/** Starts a server of its own and a browser. */
export async function startConsole(deps: Partial<ServerDeps> = {}): Promise<StartedConsole> {
  const server = await startTestServer({ console: loadConsole(), ...deps });
  const browser = await launchChromium();
  return {
    browser,
    server,
    async end() {
      await browser.close();
      await server.close();
    },
  };
}
