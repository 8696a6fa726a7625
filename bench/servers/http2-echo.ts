/** The limit: node:http2 that sends back the bytes it got, with gRPC's trailers. */
import { createServer } from "node:http2";

const server = createServer();
server.on("stream", (stream, headers) => {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  stream.on("end", () => {
    const type = headers["content-type"] as string;
    stream.respond({ ":status": 200, "content-type": type }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.end(Buffer.concat(chunks));
  });
});
server.listen(Number(process.env.PORT), "127.0.0.1");
