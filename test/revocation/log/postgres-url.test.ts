/** A URL of PostgreSQL that names files, or that cannot be understood. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { openLog } from "../../../src/revocation/log/open-log.js";
import { freePort } from "../../support/free-port.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { TEST_CERTIFICATE } from "../../support/tls.js";

const SECRET = /sesame/;

describe("a URL of PostgreSQL", () => {
  it("is refused at once where its authority's file cannot be read, by the file's name", async () => {
    const url = "postgres://user:sesame@127.0.0.1/app?sslmode=verify-full&sslrootcert=/no/such.pem";
    await assert.rejects(openLog(url), (error: Error) => {
      assert.match(error.message, /\/no\/such\.pem/);
      assert.doesNotMatch(error.message, SECRET);
      return true;
    });
  });

  it("is refused where it is not percent-encoded", async () => {
    await assert.rejects(openLog("postgres://user:sesame%ff@127.0.0.1/app"), (error: Error) => {
      assert.doesNotMatch(error.message, SECRET);
      return true;
    });
  });

  for (const credentials of ["user:/sesame", "user:12/sesame", "u:12#sesame", "u:12?sesame"]) {
    it(`is refused where a password that is not encoded ends its host: ${credentials}`, async () => {
      for (const rest of ["127.0.0.1/app", "127.0.0.1/app?sslmode=verify-full"]) {
        await assert.rejects(openLog(`postgres://${credentials}@${rest}`), (error: Error) => {
          assert.match(error.message, /percent-encoded/);
          assert.doesNotMatch(error.message, SECRET);
          return true;
        });
      }
    });
  }

  it("may hold a user and a password among its parameters, which messages do not name", async () => {
    const log = await openLog("postgres://127.0.0.1/app?user=me@tenant&password=s@sesame");
    assert.equal(log.name, "postgres://127.0.0.1/app");
    await log.close();
  });

  it("leaves the process alive when that file goes later", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    const ca = join(scratchFolder(), "ca.pem");
    writeFileSync(ca, TEST_CERTIFICATE);
    const port = await freePort();
    const options = `sslmode=verify-full&sslrootcert=${ca}`;
    const log = await openLog(`postgres://user:sesame@127.0.0.1:${port}/app?${options}`);
    rmSync(ca);
    log.onHint(() => {});
    // The listener tries again.
    t.mock.timers.tick(5_000);
    t.mock.timers.tick(5_000);
    t.mock.timers.reset();
    await assert.rejects(log.read(undefined, 500), { name: "LogUnavailableError" });
    await log.close();
  });
});
