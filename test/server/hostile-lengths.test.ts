/**
 * What is read of a request before its caller is known takes no longer than its length. Each reader gets texts of a
 * quarter of a megabyte, made of whatever its patterns repeat: in the square of that, one of them would take minutes,
 * and the test with it.
 */
import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { describe, it } from "node:test";
import { ConnectError } from "@connectrpc/connect";
import { readBearer } from "../../src/client/middleware/bearer.js";
import { authorizationOf } from "../../src/client/middleware/http-headers.js";
import { parseHttpPolicy } from "../../src/client/middleware/http-policy.js";
import { isPlainPath, pathOf } from "../../src/client/middleware/plain-path.js";
import { parseRpcPolicy } from "../../src/client/middleware/rpc-policy.js";
import { isFieldName, isFieldValue, isMethod, isTarget } from "../../src/http2/field-syntax.js";
import { accepts, listsTag } from "../../src/server/accept-encoding.js";
import { parseAltNames } from "../../src/server/callers/credentials.js";
import { createOriginCheck } from "../../src/server/foreign-origin.js";
import { createHostCheck } from "../../src/server/hosts.js";
import { isRepeated, noteRepeated } from "../../src/server/repeated-authorization.js";
import { bearerOf } from "../../src/service/index.js";
import { readTimeout } from "../../src/transport/adapter/deadline.js";
import { refusal } from "../../src/transport/adapter/refusal.js";
import { networkOf } from "../../src/transport/address-list.js";
import { fixedManager } from "../support/fixed-manager.js";

const LENGTH = 256 * 1024;
const UNITS = [
  " ",
  "\t",
  ",",
  ";",
  ".",
  "/",
  "a",
  "=",
  '"',
  ":",
  "[",
  "]",
  "\\",
  "@",
  "%",
  "\u00e9",
];
const LONGER_UNITS = [
  "/a",
  "a.",
  "%2",
  "%61",
  "a,",
  " ,",
  " ;",
  ', URI:"',
  '\\"',
  "xn--",
  "1",
  "::1",
];
const STARTS = [
  "",
  "Bearer ",
  "http://",
  'W/"',
  "gzip;q=0.",
  "application/grpc",
  ', URI:"',
  "/notes",
  "::ffff:",
];

const manager = await fixedManager();
const isForeign = createOriginCheck(["https://app.example.com"]);
const http = parseHttpPolicy({ "GET /notes/*": ["read"], "* /health": "open" });
const rpc = parseRpcPolicy({ "/notes.v1.Notes/": ["read"] });

const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  "Accept-Encoding": (text) => accepts(text, "br"),
  "If-None-Match": (text) => listsTag(text, '"tag"'),
  Origin: (origin) => isForeign({ origin, host: "localhost" }),
  "Host of a page": (host) => isForeign({ origin: "http://localhost", host }),
  Host: (host) => createHostCheck([])({ host }),
  Authorization: (authorization) => bearerOf({ authorization }),
  "Authorization, twice": (authorization) => {
    const headers: IncomingHttpHeaders = { authorization };
    noteRepeated(headers, ["authorization", authorization]);
    return isRepeated(headers);
  },
  "grpc-timeout": (text) => readTimeout({ "grpc-timeout": text }, true, 60_000, 5_000),
  "connect-timeout-ms": (text) => readTimeout({ "connect-timeout-ms": text }, false, 60_000, 5_000),
  "Content-Type": (text) => refusal(undefined, text, new ConnectError("no")),
  "a peer's address": networkOf,
  "a certificate's names": parseAltNames,
  "a token": (text) => manager.introspectToken(text),
  "a field": (text) => [isFieldName(text), isFieldValue(text), isMethod(text), isTarget(text)],
  "the guard's Authorization": (text) => readBearer([text]),
  "the guard's headers": (text) => authorizationOf({ rawHeaders: ["Authorization", text] }),
  "the guard's path": (text) => [isPlainPath(text), pathOf(text)],
  "the guard's rules": (text) => http.requirementOf("GET", text),
  "the guard's RPC": (text) => rpc.requirementOf(text),
};

describe("a text of a quarter of a megabyte is read in time that its length explains", () => {
  for (const [name, read] of Object.entries(READERS)) {
    it(name, { timeout: 60_000 }, () => {
      for (const start of STARTS) {
        for (const unit of [...UNITS, ...LONGER_UNITS]) {
          const text = `${start}${unit.repeat(LENGTH / unit.length)}!`;
          assert.doesNotThrow(() => read(text), `${start}, ${unit}`);
        }
      }
    });
  }
});
