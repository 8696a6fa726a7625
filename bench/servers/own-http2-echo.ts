/** The new limit: our own HTTP/2 that sends back the bytes it got, with gRPC's trailers. */
import { createServer } from "node:net";
import { createHttp2Server, encodeHeaderBlock } from "../../src/http2/index.js";

const HEAD = encodeHeaderBlock([
  [":status", "200"],
  ["content-type", "application/grpc"],
]);
const TRAILERS = encodeHeaderBlock([["grpc-status", "0"]]);

const http2 = createHttp2Server({
  onStream(stream) {
    const chunks: Buffer[] = [];
    stream.handler = {
      onData(chunk) {
        chunks.push(Buffer.from(chunk));
        stream.consume(chunk.length);
      },
      onEnd() {
        const [first = Buffer.alloc(0)] = chunks;
        stream.respond(HEAD, chunks.length === 1 ? first : Buffer.concat(chunks), TRAILERS);
      },
      onClose() {},
    };
  },
});
const server = createServer({ noDelay: true }, (socket) => {
  socket.on("error", () => socket.destroy());
  http2.serve(socket);
});
server.listen(Number(process.env.PORT), "127.0.0.1");
