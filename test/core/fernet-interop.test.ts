/** The npm package `fernet` as the independent implementation: each opens what the other made. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fernet from "fernet";
import { decodeBase64url, encodeBase64url } from "../../src/core/base64url.js";
import { createFernetKey, openFernet, sealFernet } from "../../src/core/fernet.js";
import { fixedManager, NOW_MICROS, testKey, testKeyBytes } from "../support/fixed-manager.js";
import { seededRandom } from "../support/random.js";
import { payloadText, sealBytes } from "../support/sealed.js";

const random = seededRandom(2024);
const alphabet = 'abc "\\\n\u00e9\u20ac\u0416\u4e2d{}[]:,0189';
const ROUNDS = 500;

describe("fernet", () => {
  it("opens our tokens", () => {
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = random.bytes(32);
      const text = random.text(1 + random.int(600), alphabet);
      const seconds = random.int(2 ** 32);
      const token = encodeBase64url(
        sealFernet(createFernetKey(bytes), text, seconds, random.bytes(16)),
      );
      const secret = new fernet.Secret(encodeBase64url(bytes));
      const opened = new fernet.Token({ secret, token, ttl: 0 });
      assert.equal(opened.decode(), text);
      assert.equal(+opened.time, seconds * 1000);
    }
  });

  it("makes tokens that we open", () => {
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = random.bytes(32);
      const text = random.text(1 + random.int(600), alphabet);
      const seconds = random.int(2 ** 31);
      const secret = new fernet.Secret(encodeBase64url(bytes));
      const time = new Date(seconds * 1000).toISOString();
      const token = decodeBase64url(new fernet.Token({ secret, time }).encode(text));
      assert.ok(token, "canonical base64url");
      const opened = openFernet([createFernetKey(bytes)], token, seconds);
      assert.equal(opened?.plaintext.toString(), text);
      assert.equal(opened?.timestamp, seconds);
    }
  });

  it("reads and makes the inner layer of whole tokens", async () => {
    const key = await testKey("one");
    const manager = await fixedManager();
    const raw = testKeyBytes("one");
    const secret = new fernet.Secret(encodeBase64url(raw));
    const { token, tokenId } = manager.generateToken("us\u20acr", { permissions: ["read"] });
    const inner = decodeBase64url(token)?.toString("latin1");
    const payload = JSON.parse(new fernet.Token({ secret, token: inner, ttl: 0 }).decode());
    assert.equal(payload.token_id, tokenId);
    assert.equal(payload.user_id, "us\u20acr");
    const time = new Date(NOW_MICROS / 1000).toISOString();
    const theirs = new fernet.Token({ secret, time: `${time.slice(0, 19)}Z` }).encode(
      payloadText(),
    );
    const claims = manager.validateToken(encodeBase64url(Buffer.from(theirs, "latin1")));
    assert.equal(claims.userId, "user_123");
    assert.deepEqual(claims, manager.validateToken(sealBytes(key, payloadText())));
  });
});
