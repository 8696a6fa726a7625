import assert from "node:assert/strict";
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { EchoService } from "./gen/adaptertest/v1/echo_pb.js";
import { oddConnect } from "./odd-connect.js";
import { oddGrpc } from "./odd-grpc.js";
import { oddMessages } from "./odd-messages.js";
import { oddPaths } from "./odd-paths.js";
import { oddStreams } from "./odd-streams.js";
import type { RawRequest } from "./raw-requests.js";
import { echo, rawRequests } from "./raw-requests.js";
import type { RawAnswer, TestServers } from "./support.js";
import { echoRoutes, rawHttp2, spellDirectly, startServers } from "./support.js";

const requests = [
  ...rawRequests,
  ...oddGrpc,
  ...oddMessages,
  ...oddConnect,
  ...oddPaths,
  ...oddStreams,
];
/** Of RFC 9113, section 7. */
const PROTOCOL_ERROR = http2.constants.NGHTTP2_PROTOCOL_ERROR;
const directStreams = new Map([[EchoService.method.spell, spellDirectly]]);
const limits = { readMaxBytes: 4_096, maxTimeoutMs: 60_000 };

/** What a client makes of an answer, without the date and the three differences that every request may show. */
function observed({ headers, trailers, body }: RawAnswer) {
  // Not what Node keeps beside the fields: which of them no table may hold.
  const all: Record<string, string> = Object.fromEntries(
    Object.entries({ ...headers, ...trailers }),
  );
  delete all.date;
  // 1. Connect names the compression it would use for a larger answer; here answers are never compressed.
  delete all["grpc-encoding"];
  // 2. gRPC's Trailers-Only: an error with nothing else to tell has its status among the headers. Hence the merging.
  // 3. 405 names the methods that there are, as RFC 9110 asks.
  delete all.allow;
  return { all, body: body.toString("latin1") };
}

function code(answer: RawAnswer): unknown {
  const { all, body } = observed(answer);
  return (
    all["grpc-status"] ?? (Number(all[":status"]) === 200 ? "ok" : JSON.parse(body || "{}").code)
  );
}

for (const enabled of [true, false]) {
  describe(`the adapter against Connect's own, short way ${enabled ? "on" : "off"}`, () => {
    let servers: TestServers;
    let oracle: http2.Http2Server;
    let reference: string;
    before(async () => {
      servers = await startServers({ ...limits, enabled, directStreams });
      // Connect refuses deadlines beyond its maximum, which are capped here.
      const { readMaxBytes } = limits;
      oracle = http2.createServer(connectNodeAdapter({ routes: echoRoutes(), readMaxBytes }));
      oracle.listen(0, "127.0.0.1");
      await once(oracle, "listening");
      reference = `http://127.0.0.1:${(oracle.address() as AddressInfo).port}`;
    });
    after(async () => {
      oracle.close();
      await servers.close();
    });

    // On a session of its own: some Nodes end the session of a body that is longer than it says.
    const play = async (url: string, request: RawRequest) => {
      const session = http2.connect(url);
      session.on("error", () => {});
      const answer = await rawHttp2(
        session,
        {
          ":method": request.method ?? "POST",
          ":path": request.path ?? echo,
          ...request.headers,
        },
        request.body ?? [],
        true,
        request.trailers,
      );
      const endsSession = session.closed || session.destroyed;
      session.destroy();
      return { ...answer, endsSession };
    };

    for (const request of requests) {
      // Where the short way differs on purpose, the long way may or may not.
      if (!enabled && request.differs !== undefined) continue;
      it(request.name, async () => {
        const [mine, theirs] = await Promise.all([
          play(servers.h2, request),
          play(reference, request),
        ]);
        if (request.differs === undefined) {
          assert.deepEqual(observed(mine), observed(theirs));
          // A session that ended told no code of its stream's; ours ends the stream (RFC 9113, 8.1.1).
          const rstCode = theirs.endsSession ? PROTOCOL_ERROR : theirs.rstCode;
          assert.equal(mine.rstCode, rstCode);
          assert.equal(mine.endsSession, false);
        } else {
          assert.notEqual(code(mine), code(theirs));
        }
      });
    }
  });
}
