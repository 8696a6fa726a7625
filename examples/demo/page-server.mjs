/** The page of the demonstration, on loopback: its files, what it shows, and what its buttons do. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const STYLES = ["tokens.css", "base.css", "layout.css", "controls.css"];
const here = (path) => readFileSync(new URL(path, import.meta.url));
/** The page's own files, and the look of the console. */
const FILES = {
  "/": ["text/html", here("page/index.html")],
  "/page.js": ["text/javascript", here("page/page.js")],
  "/column.js": ["text/javascript", here("page/column.js")],
  "/page.css": ["text/css", here("page/page.css")],
  "/icon.svg": ["image/svg+xml", here("../../src/console/icon.svg")],
  ...Object.fromEntries(
    STYLES.map((name) => [
      `/styles/${name}`,
      ["text/css", here(`../../src/console/styles/${name}`)],
    ]),
  ),
};
const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** Starts it. `actions` are called by POST, by their names. Gives its address and `publish`. */
export async function startPage(port, actions) {
  const listeners = new Set();
  let latest;
  const server = createServer(async (request, response) => {
    const url = `http://127.0.0.1:${server.address().port}`;
    const send = (status, type, body) => {
      response.writeHead(status, { ...HEADERS, "content-type": `${type}; charset=utf-8` });
      response.end(body);
    };
    // Another site's page may know the port, by whatever name it reaches it.
    const { host, origin = url } = request.headers;
    if (`http://${host}` !== url || origin !== url) return send(403, "text/plain", "forbidden");
    const file = FILES[request.url];
    if (request.method === "GET" && file) return send(200, ...file);
    if (request.method === "GET" && request.url === "/events") {
      response.writeHead(200, { ...HEADERS, "content-type": "text/event-stream" });
      listeners.add(response);
      response.once("close", () => listeners.delete(response));
      return response.write(latest ?? ":\n\n");
    }
    const name = request.url.slice(1);
    if (request.method !== "POST" || !Object.hasOwn(actions, name)) {
      return send(404, "text/plain", "not found");
    }
    try {
      await actions[name]();
      send(200, "text/plain", "done");
    } catch (error) {
      send(502, "text/plain", error.message);
    }
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Sends what the page shows to every page that is open. */
    publish(state) {
      latest = `data: ${JSON.stringify(state)}\n\n`;
      for (const listener of listeners) listener.write(latest);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
