/** A client that runs in a page, in the shape of one that runs here. */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Page } from "playwright-core";
import type { SecureTokenClient, WebClientOptions } from "../../src/client/web.js";
import type { PageClient } from "./browser-client-page.js";
import { decodeValue, encodeValue } from "./value-codec.js";

declare const pageClient: PageClient;

/** Loads the web client, bundled as applications bundle it, into the page at `url`. */
export async function openClientPage(page: Page, url: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("./browser-client-page.ts", import.meta.url))],
    bundle: true,
    platform: "browser",
    format: "iife",
    write: false,
  });
  await page.goto(url);
  await page.evaluate(outputFiles[0]!.text);
}

/** Every method runs in the page; its arguments, its result and its error travel as text. */
export function browserClient(page: Page, options: WebClientOptions): SecureTokenClient {
  let signalCount = 0;
  const signals = {
    encode(signal: AbortSignal) {
      const id = signalCount++;
      const abort = () => page.evaluate((id) => pageClient.abort(id), id).catch(() => {});
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort);
      return id;
    },
    decode: () => AbortSignal.abort(),
  };
  const call = async (method: string, args: unknown[]) => {
    const text = await page.evaluate(
      ([options, method, args]) => pageClient.call(options, method, args),
      [options, method, encodeValue(args, signals)] as const,
    );
    const outcome = decodeValue(text) as { value?: unknown; error?: unknown };
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  };
  return new Proxy({} as SecureTokenClient, {
    get: (_, method) =>
      method === "close" ? () => {} : (...args: unknown[]) => call(String(method), args),
  });
}
