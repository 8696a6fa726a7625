/** What no client may cause: INTERNAL, a missing answer, or the end of the process. */
import assert from "node:assert/strict";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { after, before, describe, it } from "node:test";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type RawAnswer, rawHttp2 } from "../fuzz/raw-client.js";
import { fixedManager } from "../support/fixed-manager.js";
import { type ProductServer, startProductServer } from "../support/product-server.js";

const path = `/${TokenService.typeName}/ValidateToken`;
let server: ProductServer;

before(async () => {
  server = await startProductServer(await fixedManager());
});
after(() => server.close());

async function send(type: string, body: Buffer): Promise<RawAnswer> {
  const client = rawHttp2(server.origin);
  const headers = { "content-type": type };
  const answer = await client.send({ method: "POST", path, headers, body });
  client.close();
  return answer;
}

function framed(flags: number, data: Buffer): Buffer {
  const head = Buffer.alloc(5, flags);
  head.writeUInt32BE(data.length, 1);
  return Buffer.concat([head, data]);
}

function grpcStatus({ headers, trailers, body }: RawAnswer): number {
  const inBody = /grpc-status: ?(\d+)/.exec(body.toString("latin1"))?.[1];
  return Number(trailers["grpc-status"] ?? headers["grpc-status"] ?? inBody);
}

const INVALID_ARGUMENT = 3;
const UNIMPLEMENTED = 12;
const NO_MESSAGE = Buffer.from("0affffffffffffffffff", "hex");

describe("a body that is no message", () => {
  for (const type of ["application/grpc", "application/grpc-web+proto", "application/grpc+proto"]) {
    it(`is INVALID_ARGUMENT over ${type}`, async () => {
      assert.equal(grpcStatus(await send(type, framed(0, NO_MESSAGE))), INVALID_ARGUMENT);
      // The flag that ends a stream of Connect's means nothing here.
      assert.equal(grpcStatus(await send(type, framed(2, NO_MESSAGE))), INVALID_ARGUMENT);
    });

    it(`is UNIMPLEMENTED when marked as compressed over ${type}`, async () => {
      assert.equal(grpcStatus(await send(type, framed(1, Buffer.alloc(0)))), UNIMPLEMENTED);
    });
  }

  it("is invalid_argument over Connect, in binary and in JSON", async () => {
    for (const type of ["application/proto", "application/json"]) {
      const { status, body } = await send(type, NO_MESSAGE);
      assert.equal(status, 400);
      assert.equal(JSON.parse(body.toString()).code, "invalid_argument");
    }
  });

  it("is answered even where the fault quotes half a surrogate pair", async () => {
    for (const type of ["application/grpc+json", "application/grpc-web+json"]) {
      const answer = await send(type, framed(0, Buffer.from('"\\ud800"')));
      assert.equal(grpcStatus(answer), INVALID_ARGUMENT);
    }
  });

  it("is answered in few words, however much it says", async () => {
    const json = JSON.stringify({ token: ["x".repeat(60_000)], ["y".repeat(1000)]: 1 });
    const { trailers, headers } = await send("application/grpc+json", framed(0, Buffer.from(json)));
    const told = String(trailers["grpc-message"] ?? headers["grpc-message"]);
    assert.ok(told.length < 1000);
  });
});

describe("a host that is no host", () => {
  const hosts = ["[", "a:99999", "", "%", "a b"];
  it("is a client error over HTTP/1.1, and the next request is served", async () => {
    for (const host of hosts) {
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(server.origin).port), "127.0.0.1", () => {
          const lines = [
            `POST ${path} HTTP/1.1`,
            `Host: ${host}`,
            "Content-Type: application/json",
          ];
          socket.end([...lines, "Content-Length: 2", "Connection: close", "", "{}"].join("\r\n"));
        });
        let text = "";
        socket.on("data", (chunk) => {
          text += chunk;
        });
        socket.on("end", () => resolve(text));
        socket.on("error", reject);
      });
      // The short way needs no URL, and takes no offence at a host that makes none.
      assert.match(answer, /^HTTP\/1\.1 40[01] /, host);
    }
  });

  it("is 400 over HTTP/2", { timeout: 20_000 }, async () => {
    for (const host of hosts.filter((candidate) => !/^$| /.test(candidate))) {
      const session = connectHttp2(server.origin);
      const status = await new Promise((resolve, reject) => {
        const stream = session.request({ ":method": "POST", ":path": path, ":authority": host });
        stream.on("response", (headers) => resolve(headers[":status"]));
        stream.on("error", reject);
        stream.end();
      });
      session.destroy();
      assert.equal(status, 400, host);
    }
    assert.equal((await send("application/json", Buffer.from("{}"))).status, 401);
  });
});
