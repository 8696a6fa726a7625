/** What must hold behind every gateway: a real one, between a client and an application, asking a real server. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { ROOT } from "../support/buf.js";
import { HOUR_MICROS } from "../support/fixed-manager.js";
import { skipWithoutRedis } from "../support/redis.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";
import { skipWithout } from "../transport/peers/programs.js";
import { type RunningProxy, startProxy } from "../transport/peers/proxies.js";
import { type EchoApplication, startEchoApplication } from "./echo-application.js";
import { startTokenServer, type TokenServer } from "./token-server.js";
import { startTwoServers } from "./two-servers.js";

/** What a gateway is told: where it listens, whom it asks and protects, and how it is known. */
export interface GatewayPlan {
  readonly folder: string;
  readonly port: number;
  readonly tokens: number;
  readonly application: number;
  /** The API key of the gateway. */
  readonly key: string;
}

/** A gateway under test; it requires `orders:read` of every request. */
export interface Gateway {
  readonly name: string;
  /** Where it is to be had. */
  readonly source: string;
  /** The program; undefined where it is not installed. */
  readonly program: () => string | undefined;
  /** Writes the configuration; gives the arguments. */
  readonly configure: (plan: GatewayPlan) => string[];
  /** What its configuration says in the place of what where no permission is required. */
  readonly anyToken: Replacements;
  /** What its configuration says in the place of what where tokens must be meant for `orders`. */
  readonly audience: Replacements;
  /** What its configuration says in the place of what where the token may be in the cookie `token`. */
  readonly cookie: Replacements;
  /** What it answers while the service cannot vouch for anything. */
  readonly statusOfNoVerdict: readonly number[];
  /** What it answers while the service is away, or shows no certificate of the authority. Default: the same. */
  readonly statusWhileAway?: readonly number[];
  /** What its configuration says in the place of what where it asks over TLS; the authority's file. */
  readonly overTls: (authority: string) => Replacements;
  /** Whether it tells the service its client's address. Default true. */
  readonly tellsClient?: boolean;
  /** The signs of fields' names that it has no means to take out, as the document says. Default none. */
  readonly signsPassed?: string;
  /** What its configuration says in the place of what where it waits for the service for a second. Default: not to be had. */
  readonly impatient?: Replacements;
  /** How many octets of cookies find room, or none, beside an identity of 8 KB. Default: 5,000 and 9,000. */
  readonly cookieOctets?: { readonly room: number; readonly noRoom: number };
  /** Whether it passes on the fields that follow a body, as the document says. Default false. */
  readonly passesTrailers?: boolean;
  /** Whether it serves as configured. Default: once it accepts connections. */
  readonly isReady?: (port: number) => Promise<boolean>;
}

/** Texts of a configuration, and what stands in the place of each. */
export type Replacements = Readonly<Record<string, string>>;

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  /** Fields behind a body; without them it has no body. */
  readonly trailers?: Record<string, string>;
  /** The address that it comes from. */
  readonly from?: string;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

const PERMISSION = "orders:read";
/** What tells an application who calls. */
const IDENTITY = ["x-user-id", "x-permissions", "x-token-id", "x-session-id"];
/** What else a field's name may hold, all of which some application takes for `-` (RFC 9110, section 5.6.2). */
const SIGNS = "_.!#$%&'*+^`|~";
/** The gateway's address, which the service trusts, and another one for a client. */
const GATEWAY = "127.0.0.1";
const CLIENT = "127.0.0.2";
/** One that has signed nothing of the service's. */
const OTHER_AUTHORITY = readFileSync(join(ROOT, "test/support/certs/ca.pem"), "utf8");
/** Other ways to say a path, which a gateway and an application may read differently. */
const ODD_PATHS = [
  "//orders",
  "/%6frders",
  "/public/../orders",
  "/public/%2e%2e/orders",
  "/public/..;/orders",
  "/orders;a=b",
  "/orders%2f1",
  "/authz",
  "/orders?permission=none&permission=",
];

/** Runs the suite against a gateway. */
export function gatewaySuite(gateway: Gateway): void {
  const {
    name,
    source,
    program,
    statusOfNoVerdict,
    statusWhileAway = statusOfNoVerdict,
    tellsClient = true,
    signsPassed = "",
    cookieOctets = { room: 5_000, noRoom: 9_000 },
    passesTrailers = false,
    impatient,
  } = gateway;
  const skip = skipWithout(name, source, program());
  describe(`behind ${name}`, { skip }, () => {
    let tokens: TokenServer;
    let application: EchoApplication;
    let running: RunningProxy;
    const start = (key: string, replacements: Replacements = {}, server = tokens.port) =>
      startProxy(
        {
          name,
          source,
          program,
          ...(gateway.isReady && { isReady: gateway.isReady }),
          configure(folder, port) {
            const ports = { port, tokens: server, application: application.port };
            const args = gateway.configure({ folder, ...ports, key });
            replaceIn(folder, replacements);
            return args;
          },
        },
        server,
      );
    before(async () => {
      tokens = await startTokenServer({ trustedProxies: [GATEWAY] });
      application = await startEchoApplication();
      running = await start(tokens.keys.gateway as string);
    });
    after(async () => {
      await running?.close();
      await application?.close();
      await tokens?.close();
    });

    const ask = (asked: Asked, port = running.port) => send(port, asked);
    const issue = (...permissions: string[]) =>
      tokens.manager.generateToken("ada", { permissions, expiresInHours: 1 });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const refused = async (asked: Asked, ...statuses: number[]) => {
      const { status, headers } = await ask(asked);
      assert.ok(statuses.includes(status), `${status} to ${JSON.stringify(asked).slice(0, 200)}`);
      assert.deepEqual(application.received(), []);
      return headers["www-authenticate"];
    };

    it("passes on a request with a valid token, and says whose it is", async () => {
      const issued = issue(PERMISSION, "a b");
      const { status } = await ask({ headers: bearer(issued.token) });
      assert.equal(status, 200);
      const [received] = application.received();
      assert.equal(received?.headers["x-user-id"], "ada");
      assert.equal(received?.headers["x-permissions"], "orders:read a%20b");
      assert.equal(received?.headers["x-token-id"], issued.tokenId);
      assert.equal(received?.headers["x-session-id"], issued.sessionId);
      assert.equal(received?.headers.authorization, undefined);
      assert.equal(received?.headers["x-gateway-key"], undefined);
    });

    it("passes on no identity that a client claims", async () => {
      const { token, tokenId, sessionId } = issue(PERMISSION);
      const claims = {
        "x-user-id": "root",
        "X-Permissions": "admin",
        "x-token-id": "t",
        "x-session-id": ["s", "t"],
      };
      const identity = ["ada", PERMISSION, tokenId, sessionId];
      const told = async (headers: Record<string, string | string[]>) => {
        assert.equal((await ask({ headers: { ...bearer(token), ...headers } })).status, 200);
        const received = application.received()[0]?.headers ?? {};
        const named = Object.keys(received).filter((name) =>
          IDENTITY.includes(name.replaceAll(/[^a-z0-9]/g, "-")),
        );
        assert.deepEqual(named.sort(), [...IDENTITY].sort());
        return IDENTITY.map((each) => received[each]);
      };
      assert.deepEqual(await told(claims), identity);
      const signs = [...SIGNS].filter((sign) => !signsPassed.includes(sign));
      for (const spelt of [["-", "_", "."], ...signs.map((sign) => ["-", sign])]) {
        const names = spellings(spelt).flatMap((name) => [name, name.toUpperCase()]);
        const headers = Object.fromEntries(names.map((name) => [name, "root"]));
        assert.deepEqual(await told(headers), identity, spelt.join(" "));
      }
      // Fields that `Connection` names are the connection's own, which a gateway takes out.
      const connection = `close, ${IDENTITY.join(", ")}, x-gateway-key`;
      assert.deepEqual(await told({ ...claims, connection }), identity);
      await refused({ headers: claims }, 401);
    });

    it("passes on no identity that a client claims behind a body", async () => {
      const { token } = issue(PERMISSION);
      const claims = { "x-user-id": "root", "x-permissions": "admin" };
      const headers = { ...bearer(token), trailer: Object.keys(claims).join(", ") };
      assert.equal((await ask({ method: "POST", headers, trailers: claims })).status, 200);
      const [request] = application.received();
      assert.equal(request?.headers["x-user-id"], "ada");
      assert.deepEqual(request?.trailers, passesTrailers ? claims : {});
    });

    it("passes on no identity that a client claims in the place of what a token lacks", async (t) => {
      const other = await start(tokens.keys.gateway as string, gateway.anyToken);
      t.after(() => other.close());
      const headers = {
        ...bearer(issue().token),
        "x-permissions": "admin",
        "X-Permissions": "admin",
      };
      assert.equal((await ask({ headers }, other.port)).status, 200);
      const [request] = application.received();
      assert.equal(request?.headers["x-user-id"], "ada");
      assert.equal(request?.headers["x-permissions"] ?? "", "");
    });

    it("passes on no address that a client claims to have", async () => {
      tokens.calls();
      const headers = { ...bearer(issue(PERMISSION).token), "x-forwarded-for": "203.0.113.77" };
      assert.equal((await ask({ headers, from: CLIENT })).status, 200);
      application.received();
      const peers = tokens.calls().map(({ peer }) => peer);
      if (tellsClient) assert.deepEqual(peers, [CLIENT]);
      else assert.ok(peers.length === 1 && peers[0] !== "203.0.113.77", `${peers}`);
    });

    it("refuses what is no valid token", async () => {
      assert.equal(await refused({}, 401), "Bearer");
      assert.equal(await refused({ headers: { authorization: "Basic YTpi" } }, 401), "Bearer");
      const invalid = await refused({ headers: bearer("none") }, 401);
      assert.equal(invalid, 'Bearer error="invalid_token"');
      const { token } = issue(PERMISSION);
      assert.equal((await ask({ headers: bearer(token) })).status, 200);
      application.received();
      await tokens.revoke(token);
      await refused({ headers: bearer(token) }, 401);
      const expiring = issue(PERMISSION).token;
      tokens.clock.micros += 2 * HOUR_MICROS;
      assert.match((await refused({ headers: bearer(expiring) }, 401)) ?? "", /has expired/);
    });

    it("refuses a token without the permission", async () => {
      await refused({ headers: bearer(issue("orders:write").token) }, 403);
      const path = "/orders?permission=orders:write";
      await refused({ path, headers: bearer(issue("orders:write").token) }, 403);
    });

    it("refuses a token that is not for the service, where its configuration names one", async () => {
      const other = await start(tokens.keys.gateway as string, gateway.audience);
      const statusFor = async (audiences: string[], path = "/orders") => {
        const { token } = tokens.manager.generateToken("ada", {
          permissions: [PERMISSION],
          audiences,
        });
        return (await ask({ path, headers: bearer(token) }, other.port)).status;
      };
      assert.equal(await statusFor(["stock", "orders"]), 200);
      assert.equal(application.received().length, 1);
      assert.equal(await statusFor(["stock"]), 401);
      assert.equal(await statusFor([]), 401);
      assert.equal(await statusFor(["stock"], "/orders?audience=stock"), 401);
      assert.deepEqual(application.received(), []);
      await other.close();
    });

    it("takes a token in a cookie, and passes on the other cookies alone", async (t) => {
      const other = await start(tokens.keys.gateway as string, gateway.cookie);
      t.after(() => other.close());
      const { token } = issue(PERMISSION);
      const passed = async (headers: Record<string, string>) => {
        const { status } = await ask({ headers }, other.port);
        assert.equal(status, 200);
        const [request] = application.received();
        assert.equal(request?.headers["x-user-id"], "ada");
        assert.equal(request?.headers.authorization, undefined);
        return request?.headers.cookie ?? "";
      };
      assert.equal(await passed({ cookie: `a=1; token=${token}; b=2` }), "a=1; b=2");
      assert.equal(await passed({ cookie: `token=${token}` }), "");
      assert.equal(await passed({ ...bearer(token), cookie: "a=1" }), "a=1");
      const hostile = [
        { cookie: `token=${token}; token=${token}` },
        { cookie: [`token=${token}`, `token=${token}`] },
        { cookie: `token="${token}"` },
        { cookie: `Token=${token}` },
        { cookie: `%74oken=${token}` },
        { ...bearer(token), cookie: `token=${token}` },
      ];
      for (const headers of hostile) {
        const { status } = await ask({ headers }, other.port);
        assert.equal(status, 401, JSON.stringify(headers));
      }
      // Without the permission it is a token like any other.
      const cookie = `token=${issue("orders:write").token}`;
      assert.equal((await ask({ headers: { cookie } }, other.port)).status, 403);
      // Where the configuration names no cookie, none is looked at.
      await refused({ headers: { cookie: `token=${token}` } }, 401);
    });

    it("refuses two credentials", async () => {
      const [one, two] = [issue(PERMISSION).token, issue(PERMISSION).token];
      const authorization = [`Bearer ${one}`, `Bearer ${two}`];
      await refused({ headers: { authorization } }, 400, 401);
      await refused({ headers: { authorization: authorization.join(", ") } }, 400, 401);
    });

    it("treats all methods alike, and a preflight as a request", async () => {
      const preflight = {
        origin: "https://shop.example.com",
        "access-control-request-method": "PUT",
      };
      for (const method of ["HEAD", "OPTIONS", "POST", "DELETE"]) {
        await refused({ method, headers: preflight }, 401);
        const headers = { ...preflight, ...bearer(issue(PERMISSION).token) };
        assert.equal((await ask({ method, headers })).status, 200, method);
        assert.equal(application.received()[0]?.method, method);
      }
    });

    it("admits nobody by another spelling of a path", async () => {
      for (const path of ODD_PATHS) await refused({ path }, 400, 401, 404);
    });

    it("asks before a WebSocket is opened", async () => {
      const upgrade = {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "MDEyMzQ1Njc4OWFiY2RlZg==",
      };
      await refused({ headers: upgrade }, 401);
      const { status } = await ask({ headers: { ...upgrade, ...bearer(issue(PERMISSION).token) } });
      assert.equal(status, 101);
      assert.equal(application.received().length, 1);
    });

    it("passes on no upgrade to HTTP/2, whose requests would come past it", async () => {
      const token = issue(PERMISSION).token;
      for (const upgrade of ["h2c", ["h2c", "websocket"], "h2c, websocket"]) {
        const headers = {
          ...bearer(token),
          connection: "Upgrade, HTTP2-Settings",
          upgrade,
          "http2-settings": "AAMAAABkAAQAAP__",
        };
        await ask({ headers });
        for (const received of application.received()) {
          assert.ok(["websocket", undefined].includes(received.headers.upgrade), String(upgrade));
        }
      }
    });

    it("opens no tunnel by CONNECT", async () => {
      for (const path of ["127.0.0.1:80", `127.0.0.1:${application.port}`, "/orders"]) {
        const asked = { method: "CONNECT", path, headers: bearer(issue(PERMISSION).token) };
        await refused(asked, 400, 404, 405, 501);
      }
    });

    it("passes on the longest identity that a token can hold", async () => {
      const permissions = [PERMISSION, ...wordy(46)];
      const { status } = await ask({ headers: bearer(issue(...permissions).token) });
      assert.equal(status, 200);
      const told = String(application.received()[0]?.headers["x-permissions"]);
      assert.deepEqual(told.split(" ").map(decodeURIComponent), permissions);
    });

    it("refuses identity and cookies that are too long together, and nobody else for it", async (t) => {
      const other = await start(tokens.keys.gateway as string, gateway.cookie);
      t.after(() => other.close());
      const { token } = issue(PERMISSION, ...wordy(30));
      const statusFor = async (length: number) => {
        const cookie = `token=${token}; other=${"c".repeat(length)}`;
        return (await ask({ headers: { cookie } }, other.port)).status;
      };
      assert.equal(await statusFor(cookieOctets.room), 200);
      assert.equal(application.received().length, 1);
      assert.equal(await statusFor(cookieOctets.noRoom), 403);
      assert.deepEqual(application.received(), []);
      assert.equal(await statusFor(cookieOctets.room), 200);
      application.received();
    });

    it("admits nobody with headers that are too long to be asked about", async () => {
      const headers: Record<string, string> = bearer(issue("orders:write").token);
      for (let i = 0; i < 16; i++) headers[`x-long-${i}`] = "h".repeat(4 * 1024);
      const { status } = await ask({ headers });
      assert.ok(status >= 400, String(status));
      assert.deepEqual(application.received(), []);
    });

    it("refuses what another server has revoked", { skip: skipWithoutRedis() }, async (t) => {
      const servers = await startTwoServers();
      t.after(() => servers.close());
      const other = await start(tokens.keys.gateway as string, {}, servers.port);
      t.after(() => other.close());
      const token = await servers.issue(PERMISSION);
      const ask = () => send(other.port, { headers: bearer(token) });
      assert.equal((await ask()).status, 200);
      assert.equal(application.received().length, 1);
      // The server tells its feed of a revocation when it is in force; a checkpoint comes each second.
      const checkpoints = await servers.revoke(token);
      assert.equal((await ask()).status, 401);
      assert.ok(checkpoints <= 1, `${checkpoints} seconds later`);
      assert.deepEqual(application.received(), []);
    });

    it("admits nobody where its own key is not known", async () => {
      const other = await start("stk_unknown");
      const { status } = await ask({ headers: bearer(issue(PERMISSION).token) }, other.port);
      assert.ok(statusOfNoVerdict.includes(status), String(status));
      assert.deepEqual(application.received(), []);
      await other.close();
    });

    it("asks over TLS, and none but who shows a certificate of the authority", async (t) => {
      const tls = { cert: TEST_CERTIFICATE, key: TEST_CERTIFICATE_KEY };
      const secured = await startTokenServer({ tls });
      t.after(() => secured.close());
      const headers = bearer(
        secured.manager.generateToken("ada", { permissions: [PERMISSION] }).token,
      );
      const statusUnder = async (authority: string) => {
        const file = join(scratchFolder(), "authority.pem");
        writeFileSync(file, authority);
        const key = secured.keys.gateway as string;
        const other = await start(key, gateway.overTls(file), secured.port);
        try {
          return (await ask({ headers }, other.port)).status;
        } finally {
          await other.close();
        }
      };
      assert.equal(await statusUnder(TEST_CERTIFICATE), 200);
      assert.equal(application.received().length, 1);
      const status = await statusUnder(OTHER_AUTHORITY);
      assert.ok(statusWhileAway.includes(status), String(status));
      assert.deepEqual(application.received(), []);
    });

    if (impatient) {
      it("leaves a service that does not answer, and admits nobody", {
        timeout: 30_000,
      }, async (t) => {
        const mute = createServer((socket) => socket.on("error", () => socket.destroy()).resume());
        await new Promise<void>((resolve) => mute.listen(0, GATEWAY, resolve));
        t.after(() => mute.close());
        const { port } = mute.address() as AddressInfo;
        const other = await start(tokens.keys.gateway as string, impatient, port);
        t.after(() => other.close());
        const { status } = await ask({ headers: bearer(issue(PERMISSION).token) }, other.port);
        assert.ok([500, 502, 503, 504].includes(status), String(status));
        assert.deepEqual(application.received(), []);
      });
    }

    it("admits nobody while the service is away", async () => {
      const headers = bearer(issue(PERMISSION).token);
      await tokens.close();
      const { status } = await ask({ headers });
      assert.ok(statusWhileAway.includes(status), String(status));
      assert.deepEqual(application.received(), []);
    });
  });
}

/** Permissions that take as much room as they can: each octet of theirs is percent-encoded. */
function wordy(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String.fromCharCode(0x4e00 + i).repeat(30));
}

/** All spellings of the identity's headers with these signs between their words, but the right ones. */
function spellings(signs: readonly string[]): string[] {
  return IDENTITY.flatMap((name) => {
    const [first = "", ...words] = name.split("-");
    const longer = (spelt: string[], word: string) =>
      spelt.flatMap((start) => signs.map((sign) => `${start}${sign}${word}`));
    return words.reduce(longer, [first]);
  }).filter((name) => !IDENTITY.includes(name));
}

/** Changes the files of a configuration. @throws Error where none of them says what is to be replaced */
function replaceIn(folder: string, replacements: Replacements): void {
  const files = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
  for (const [from, to] of Object.entries(replacements)) {
    const holding = files.filter((file) => readFileSync(file, "utf8").includes(from));
    assert.ok(holding.length > 0, `the configuration does not say ${from}`);
    for (const file of holding) {
      writeFileSync(
        file,
        readFileSync(file, "utf8").replaceAll(from, () => to),
      );
    }
  }
}

/** Sends a request exactly as it is given. */
function send(
  port: number,
  { path = "/orders", method = "GET", headers = {}, trailers, from }: Asked,
) {
  return new Promise<Answer>((resolve, reject) => {
    const to = { host: GATEWAY, port, localAddress: from };
    const options = { ...to, path, method, headers, agent: false };
    const request = httpRequest({ ...options, maxHeaderSize: 128 * 1024 }, (response) => {
      response.resume();
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers }),
      );
      response.once("error", reject);
    });
    for (const event of ["upgrade", "connect"]) {
      request.once(event, (response: IncomingMessage, socket: Socket) => {
        socket.destroy();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      });
    }
    request.once("error", reject);
    if (trailers) {
      request.write("a body");
      request.addTrailers(trailers);
    }
    request.end();
  });
}
