import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import { after, before, describe, it } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { EchoRequestSchema } from "./gen/adaptertest/v1/echo_pb.js";
import { echoRoutes, envelope, rawHttp2, startServers, type TestServers } from "./support.js";

const path = (method: string) => `/adaptertest.v1.EchoService/${method}`;
const binary = envelope(toBinary(EchoRequestSchema, create(EchoRequestSchema, { text: "a" })));
const json = Buffer.from('{"text":"a"}');
/** The longest that the protocols can tell: 11,415 years, and 115 days. Node's timers hold 24.8 days. */
const endless = { "grpc-timeout": "99999999H", "connect-timeout-ms": "9999999999" };

/** Every kind of call, by how its answer says that all went well. */
const calls = [
  { method: "Echo", type: "application/grpc", body: binary, well: /"grpc-status":"0"/ },
  { method: "Spell", type: "application/grpc", body: binary, well: /"grpc-status":"0"/ },
  { method: "Echo", type: "application/grpc-web+proto", body: binary, well: /grpc-status: 0/ },
  { method: "Spell", type: "application/grpc-web+proto", body: binary, well: /grpc-status: 0/ },
  { method: "Echo", type: "application/json", body: json, well: /":status":200/ },
  {
    method: "Spell",
    type: "application/connect+json",
    body: envelope(json),
    well: /"text":"a"/,
  },
] as const;

for (const enabled of [true, false]) {
  for (const maxTimeoutMs of [undefined, 60_000]) {
    const limit = maxTimeoutMs === undefined ? "without a maximum" : "beyond the maximum";
    describe(`a deadline no timer can hold, ${limit}, short way ${enabled ? "on" : "off"}`, () => {
      const warnings: string[] = [];
      const note = (warning: Error) => warnings.push(warning.name);
      let servers: TestServers;
      let session: http2.ClientHttp2Session;
      before(async () => {
        process.on("warning", note);
        const slow = { echo: () => new Promise<object>((done) => setTimeout(done, 20, {})) };
        const limits = maxTimeoutMs === undefined ? {} : { maxTimeoutMs };
        servers = await startServers({ enabled, routes: echoRoutes(slow), ...limits });
        session = http2.connect(servers.h2);
        await once(session, "connect");
      });
      after(async () => {
        process.off("warning", note);
        session.destroy();
        await servers.close();
      });

      for (const { method, type, body, well } of calls) {
        it(`${method} in ${type} goes well, and Node has nothing to warn of`, async () => {
          const headers = { ":method": "POST", ":path": path(method), "content-type": type };
          const answer = await rawHttp2(session, { ...headers, ...endless }, [body]);
          const told = `${JSON.stringify({ ...answer.headers, ...answer.trailers })}${answer.body}`;
          assert.match(decodeURIComponent(told), well);
          assert.doesNotMatch(told, /deadline_exceeded|"grpc-status":"4"|grpc-status: 4/);
          assert.deepEqual(warnings, []);
        });
      }
    });
  }
}
