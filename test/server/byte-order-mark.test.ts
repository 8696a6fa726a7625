/** In a process of its own: a client here would set the same setting for the whole process. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { buf } from "../support/buf.js";
import { startServer } from "../support/server-process.js";

it("the server keeps a leading U+FEFF: it must not make another user of one", async () => {
  const server = await startServer();
  const url = `${server.url}/securetoken.v1.TokenService/GenerateToken`;
  const answer = await buf("curl", url, "-d", JSON.stringify({ userId: "\ufeffadmin" }));
  await server.end();
  assert.equal(JSON.parse(answer).userId, "\ufeffadmin");
});
