/** Whom a request comes from: what a trusted proxy says, and nobody else. */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { after, before, beforeEach, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { pino } from "pino";
import { KnownCallers } from "../../src/server/callers/callers.js";
import { createClientOf, parseProxies } from "../../src/server/trusted-proxies.js";
import { rawHttp1, rawHttp2 } from "../fuzz/raw-client.js";
import { headers as headerFrame, RawClient, REQUEST } from "../http2/raw-client.js";
import { type RunningServer, startTestServer } from "../support/server.js";
import { eventually } from "../support/worker-lines.js";

const from = (remoteAddress: string) => ({ remoteAddress }) as Socket;
const PROXIES = parseProxies("10.0.0.0/8, 192.0.2.7, 2001:db8:1::/48, loopback");
const clientOf = createClientOf(PROXIES);

describe("x-forwarded-for", () => {
  it("does not stay in memory with the address that was read from it", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const used = () => {
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    const addresses = Array.from({ length: 1_000 }, (_, at) => {
      const junk = Buffer.alloc(16_000, "x").toString("latin1");
      const client = `203.0.${100 + Math.floor(at / 100)}.${100 + (at % 100)}`;
      return clientOf({ "x-forwarded-for": `${junk}, ${client}` }, from("10.1.2.3"));
    });
    assert.equal(addresses[0], "203.0.100.100");
    const kept = (used() - before) / addresses.length;
    assert.ok(kept < 2_000, `${kept} octets an address`);
  });

  for (const [what, peer, field, client] of [
    ["a client of a proxy", "10.1.2.3", "203.0.113.9", "203.0.113.9"],
    [
      "the rightmost that is no proxy",
      "10.1.2.3",
      "198.51.100.1, 203.0.113.9, 10.9.9.9, 192.0.2.7",
      "203.0.113.9",
    ],
    ["proxies alone: the first of them", "10.1.2.3", "10.0.0.5, 192.0.2.7", "10.0.0.5"],
    ["an untrusted peer's is ignored", "203.0.113.66", "198.51.100.1", "203.0.113.66"],
    ["IPv6", "2001:db8:1::5", "2001:DB8:2:0:0:0:0:9", "2001:db8:2::9"],
    ["IPv6 of no proxy", "2001:db8:2::5", "198.51.100.1", "2001:db8:2::5"],
    ["an IPv4 proxy within IPv6", "::ffff:10.1.2.3", "203.0.113.9", "203.0.113.9"],
    ["an IPv4 client of a port of IPv6", "::ffff:203.0.113.9", "1.2.3.4", "203.0.113.9"],
    ["an IPv4 client within IPv6", "10.1.2.3", "::ffff:203.0.113.9", "203.0.113.9"],
    ["a proxy within IPv6 in the field", "10.1.2.3", "203.0.113.9, ::ffff:a00:1", "203.0.113.9"],
    ["the word loopback", "::1", "203.0.113.9", "203.0.113.9"],
    ["a port behind IPv4", "10.1.2.3", "203.0.113.9:4711", "203.0.113.9"],
    ["brackets and a port", "10.1.2.3", "[2001:db8:2::9]:4711", "2001:db8:2::9"],
    ["junk: the proxy itself", "10.1.2.3", "203.0.113.9, unknown", "10.1.2.3"],
    [
      "junk left of the client is not looked at",
      "10.1.2.3",
      "<script>, 203.0.113.9",
      "203.0.113.9",
    ],
    ["an empty field", "10.1.2.3", "", "10.1.2.3"],
    ["an empty entry", "10.1.2.3", "203.0.113.9,", "10.1.2.3"],
    ["an address with a zone", "10.1.2.3", "fe80::1%eth0", "10.1.2.3"],
    ["an octet above 255", "10.1.2.3", "203.0.113.256", "10.1.2.3"],
    ["octets with zeros in front", "10.1.2.3", "203.0.113.009", "10.1.2.3"],
  ] as const) {
    it(`${what}: ${peer} with "${field}"`, () => {
      assert.equal(clientOf({ "x-forwarded-for": field }, from(peer)), client);
      // Asked again, what is remembered answers.
      assert.equal(clientOf({ "x-forwarded-for": field }, from(peer)), client);
    });
  }

  it("is ignored from everybody where no proxy is trusted", () => {
    const direct = createClientOf([]);
    assert.equal(direct({ "x-forwarded-for": "203.0.113.9" }, from("127.0.0.1")), "127.0.0.1");
  });

  it("is no client's of the request before", () => {
    const field = { "x-forwarded-for": "203.0.113.9" };
    assert.equal(clientOf(field, from("10.1.2.3")), "203.0.113.9");
    assert.equal(clientOf(field, from("203.0.113.66")), "203.0.113.66");
    assert.equal(clientOf({}, from("10.1.2.3")), "10.1.2.3");
  });
});

describe("TRUSTED_PROXIES", () => {
  it("takes addresses, networks and loopback", () => {
    assert.deepEqual(PROXIES, ["10.0.0.0/8", "192.0.2.7", "2001:db8:1::/48", "127.0.0.0/8", "::1"]);
  });

  const WIDE =
    "0.0.0.0/0 ::/0 0.0.0.0/1 128.0.0.0/1 10.0.0.0/7 ::/1 2000::/3 fc00::/6 ::/8 ::/80 ::fffe:0:0/95 ::ffff:0:0/96 ::ffff:10.0.0.0/97 ::ffff:0a00:0/103";
  for (const entry of WIDE.split(" ")) {
    it(`refuses ${entry}, whose members are too many to be proxies`, () => {
      const message = `must list no network wider than /8 of IPv4 (/104 within ::ffff:0:0/96) or /7 of IPv6, since whoever is in it names any address, not "${entry}" (2 of 2)`;
      assert.throws(() => parseProxies(`10.0.0.1,${entry}`), { message });
    });
  }

  it("takes the widest networks of one operator", () => {
    const networks = ["10.0.0.0/8", "fc00::/7", "::ffff:10.0.0.0/104", "64:ff9b::/96", "::1/128"];
    assert.deepEqual(parseProxies(networks.join(",")), networks);
  });

  for (const entry of [
    "",
    "all",
    "10.0.0.0/33",
    "::1/129",
    "10.0.0.0/08",
    "10.0.0/8",
    "10.0.0.1/8/8",
    "fe80::1%eth0",
    "10.0.0.1:80",
    "*",
  ]) {
    it(`refuses "${entry}"`, () => {
      assert.throws(() => parseProxies(`10.0.0.1,${entry}`), /must list addresses .*\(2 of 2\)/);
    });
  }
});

describe("a server behind proxies", () => {
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => lines.push(line) });
  const CALL = { method: "POST", path: "/securetoken.v1.TokenService/ExportConfig" };
  const JSON_TYPE = { "content-type": "application/json" };
  const FORWARDED = { "x-forwarded-for": "198.51.100.1, 203.0.113.9" };
  const GRPC_WEB = { "content-type": "application/grpc-web+json" };
  let server: RunningServer;
  const servers: RunningServer[] = [];
  const start = async (deps: Parameters<typeof startTestServer>[0]) => {
    server = await startTestServer({ logger, ...deps });
    servers.push(server);
  };
  beforeEach(() => {
    lines.length = 0;
  });
  after(() => Promise.all(servers.map((one) => one.close())));

  /** The peers that the log names for a request, over either version of HTTP. */
  async function peers(path: string, headers: Record<string, string>, count = 2) {
    for (const client of [rawHttp1(server.url), rawHttp2(server.url)]) {
      await client.send({ ...CALL, path, headers, body: Buffer.from("{}") });
      client.close();
    }
    await eventually(async () => lines.length >= count);
    return lines.map((line) => JSON.parse(line).peer);
  }

  describe("that are trusted", () => {
    before(() => start({ trustedProxies: ["127.0.0.1"], allowedHosts: [] }));

    for (const [what, path, headers, count] of [
      ["a call on the short way", CALL.path, JSON_TYPE, 2],
      ["a call on the long way", CALL.path, GRPC_WEB, 2],
      ["a request at a door", "/authz", {}, 2],
      // Of such requests a flood leaves few lines.
      ["a request that is no call", "/nowhere", {}, 1],
    ] as const) {
      it(`names the client of ${what}`, async () => {
        const told = await peers(path, { ...headers, ...FORWARDED }, count);
        assert.ok(told.length > 0 && told.every((peer) => peer === "203.0.113.9"), `${told}`);
      });
    }
  });

  it("ignores what others say", async () => {
    await start({ trustedProxies: ["10.0.0.0/8"] });
    assert.deepEqual(await peers(CALL.path, { ...JSON_TYPE, ...FORWARDED }), [
      "127.0.0.1",
      "127.0.0.1",
    ]);
  });

  it("counts a holder's calls by the client, not by the proxy", async () => {
    const callers = new KnownCallers([], () => true, { callsPerSecond: 0.01 });
    await start({ callers, trustedProxies: ["127.0.0.1"] });
    const client = rawHttp2(server.url);
    const token = await server.service.seal();
    const call = async (address: string) => {
      const headers = {
        ...JSON_TYPE,
        authorization: `Bearer ${token}`,
        "x-forwarded-for": address,
      };
      const path = "/securetoken.v1.TokenService/ValidateToken";
      const body = Buffer.from(JSON.stringify({ token }));
      return (await client.send({ method: "POST", path, headers, body })).status;
    };
    const statuses = [
      await call("203.0.113.1"),
      await call("203.0.113.1"),
      await call("203.0.113.2"),
    ];
    client.close();
    assert.deepEqual(statuses, [200, 429, 200]);
  });

  for (const [who, trustedProxies, isCut] of [
    ["a proxy", ["127.0.0.1"], false],
    ["anybody else", ["10.0.0.0/8"], true],
  ] as const) {
    it(`${isCut ? "cuts" : "does not cut"} the connection of ${who} for 500 requests that are none`, async () => {
      await start({ trustedProxies });
      const client = await RawClient.open(Number(new URL(server.url).port));
      const malformed = { ...REQUEST, te: "gzip" };
      client.send(...Array.from({ length: 500 }, (_, i) => headerFrame(2 * i + 1, malformed)));
      await client.settle();
      assert.equal(client.ended, isCut);
      client.close();
    });
  }
});
