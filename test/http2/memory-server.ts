/** The server of memory.test.ts: serves streams that stay open, and tells its memory for each line on stdin. */
import { createServer } from "node:net";
import { createHttp2Server } from "../../src/http2/index.js";

const collect = (globalThis as unknown as { gc: () => void }).gc;
const handler = { onData() {}, onEnd() {}, onClose() {} };
const http2 = createHttp2Server({
  onStream(stream) {
    stream.handler = handler;
  },
});
const listener = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
  http2.serve(socket);
});
listener.listen(0, "127.0.0.1", () => tell(listener.address()));
process.stdin.on("data", () => {
  collect();
  let streams = 0;
  for (const { openStreams } of http2.connections) streams += openStreams;
  tell({ rss: process.memoryUsage.rss(), connections: http2.connections.size, streams });
});

function tell(what: unknown): void {
  process.stdout.write(`${JSON.stringify(what)}\n`);
}
