/** Which known name is meant by one that is not. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearestName, shownName } from "../../src/core/unknown-names.js";

describe("nearestName", () => {
  const known = ["userId", "user_id", "expiresIn", "permissions", "rpcs", "name"];
  const rows: [string, string | undefined][] = [
    ["permision", "permissions"],
    ["Permissions", "permissions"],
    ["user-id", "userId"],
    ["USER_ID", "userId"],
    ["expiresInHours", "expiresIn"],
    ["expires_in_hours", "expiresIn"],
    ["rpc", "rpcs"],
    ["rcps", undefined],
    ["names", "name"],
    ["nameOfTheUser", undefined],
    ["colour", undefined],
    ["", undefined],
    [`permissions${"x".repeat(100_000)}`, undefined],
  ];
  for (const [name, meant] of rows) {
    it(`${name.slice(0, 40)} means ${meant}`, () => assert.equal(nearestName(name, known), meant));
  }
});

describe("shownName", () => {
  it("is short, of ASCII, and in quotes unless it is one word", () => {
    assert.equal(shownName("a_1"), "a_1");
    assert.equal(shownName('a"\n\u{202e}b'), '"a\\"??b"');
    assert.equal(shownName("x".repeat(41)), `"${"x".repeat(40)}…"`);
  });
});
