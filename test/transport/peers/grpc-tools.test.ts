/** grpcurl and grpc_health_probe, in the clear and over TLS, and streams of theirs while the server drains. */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { scratchFolder } from "../../support/scratch-folder.js";
import { type ServerProcess, startServer } from "../../support/server-process.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../../support/tls.js";
import { findProgram, skipWithout } from "./programs.js";

const run = promisify(execFile);
const GRPCURL = "github.com/fullstorydev/grpcurl/cmd/grpcurl";
const PROBE = "github.com/grpc-ecosystem/grpc-health-probe";

for (const tls of [false, true]) {
  describe(tls ? "over TLS" : "in the clear", () => {
    const folder = scratchFolder();
    const certificate = join(folder, "certificate.pem");
    const key = join(folder, "key.pem");
    let server: ServerProcess;
    let address: string;
    before(async () => {
      writeFileSync(certificate, TEST_CERTIFICATE);
      writeFileSync(key, TEST_CERTIFICATE_KEY, { mode: 0o600 });
      server = await startServer(tls ? { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key } : {});
      address = `localhost:${server.port}`;
    });
    after(() => server?.end());

    describe("grpcurl", { skip: skipWithout("grpcurl", `go install ${GRPCURL}`) }, () => {
      const program = findProgram("grpcurl") as string;
      const security = tls ? ["-cacert", certificate] : ["-plaintext"];
      const grpcurl = async (...args: string[]) =>
        (await run(program, [...security, ...args])).stdout;

      it("finds the services by reflection", async () => {
        const services = await grpcurl(address, "list");
        assert.match(services, /^securetoken\.v1\.TokenService$/m);
        assert.match(services, /^grpc\.health\.v1\.Health$/m);
      });

      it("calls, with a schema from reflection", async () => {
        const request = ["-d", '{"userId":"ada"}', address];
        const answer = await grpcurl(...request, "securetoken.v1.TokenService/GenerateToken");
        assert.equal(typeof JSON.parse(answer).token, "string");
      });

      it("shows an error that is trailers alone, with its details", async () => {
        const call = [
          "-d",
          '{"token":"none"}',
          address,
          "securetoken.v1.TokenService/ValidateToken",
        ];
        await assert.rejects(grpcurl(...call), ({ stderr }) => {
          assert.match(stderr, /Code: Unauthenticated/);
          assert.match(stderr, /google\.rpc\.ErrorInfo|securetoken\.v1\./);
          return true;
        });
      });

      it("watches health until the server drains, and is told how it ended", async () => {
        const child = spawn(program, [...security, address, "grpc.health.v1.Health/Watch"]);
        const errors = text(child.stderr);
        let output = "";
        for await (const chunk of child.stdout) {
          output += chunk;
          if (output.includes('"SERVING"')) server.process.kill("SIGTERM");
        }
        assert.match(output, /"SERVING"[\s\S]*"NOT_SERVING"/);
        assert.match(await errors, /Code: Unavailable/);
        server = await startServer(tls ? { TLS_CERT_FILE: certificate, TLS_KEY_FILE: key } : {});
        address = `localhost:${server.port}`;
      });
    });

    describe("grpc_health_probe", {
      skip: skipWithout("grpc-health-probe", `go install ${PROBE}`),
    }, () => {
      const security = tls ? ["-tls", "-tls-ca-cert", certificate] : [];
      const probe = (...args: string[]) =>
        run(findProgram("grpc-health-probe") as string, [`-addr=${address}`, ...security, ...args]);

      it("finds the server healthy, as a whole and by service", async () => {
        for (const service of [[], ["-service=securetoken.v1.TokenService"]]) {
          assert.match((await probe(...service)).stderr, /status: SERVING/);
        }
      });

      it("fails for a service that the server does not know", async () => {
        await assert.rejects(probe("-service=other"), /NotFound|unknown service/);
      });
    });
  });
}
