/** A token service on a port of its own whose feed and tokens a script has. */
import { create } from "@bufbuild/protobuf";
import { anyPack, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { ErrorInfoSchema } from "../../../gen/ts/src/google/rpc/error_details_pb.js";
import {
  TokenErrorKind as Kind,
  ErrorReason as Reason,
  TokenErrorDetailSchema,
} from "../../../gen/ts/src/securetoken/v1/error_pb.js";
import { TokenService } from "../../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { beyondRate, noRoom } from "../../support/shortages.js";
import type { KnownToken } from "../suite/watch.js";
import { httpPeer } from "./peer.js";
import { ScriptedFeed } from "./scripted-feed.js";

/** The present when a case starts: milliseconds since 1970. */
export const CASE_START = Date.parse("2030-01-02T03:04:05.000Z");

/** What a server says to a caller whose row does not name an RPC. */
const NOT_ALLOWED = {
  desc: ErrorInfoSchema,
  value: {
    reason: "CALLER_ERROR_REASON_RPC_NOT_ALLOWED",
    domain: "securetoken.v1",
    metadata: { field: "authorization" },
  },
};

/** An answer that says nothing of its token. */
const ILL = {
  error: new ConnectError("ill", Code.Internal),
  status: { code: Code.Internal, message: "ill", details: [] },
};

/** When a call may come again for which there was no room, in milliseconds. */
const PAUSE_MS = 100;

/** The server of one case. */
export class ScriptedServer {
  readonly feed = new ScriptedFeed();
  /** The RPCs about tokens so far, in order. */
  readonly asked: string[] = [];
  /** Tokens that calls refuse as revoked, whatever the feed has said. */
  readonly revoked = new Set<string>();
  /**
   * What calls about tokens meet: `away` ends them with UNAVAILABLE, `limited` as beyond the caller's rate,
   * `full` for want of room.
   */
  unary: "up" | "away" | "limited" | "full" = "up";
  /** The code that BatchValidateTokens is refused with; unset: it is served. */
  batchRefusal: Code | undefined;
  /** How long the case has lasted by its own clock, in milliseconds. */
  elapsedMs = 0;
  address = "";
  readonly #tokens: Readonly<Record<string, KnownToken>>;
  #held: Promise<void> | undefined;
  #release = () => {};
  #close: (graceMs: number) => Promise<unknown> = async () => {};
  #disconnect = () => {};

  constructor(tokens: Readonly<Record<string, KnownToken>>) {
    this.#tokens = tokens;
  }

  /** Listens on a free port. */
  async start(): Promise<void> {
    const peer = httpPeer(connectNodeAdapter({ routes: (router) => this.#routes(router) }));
    const { port } = await peer.listen(0, "127.0.0.1");
    this.address = `127.0.0.1:${port}`;
    this.#close = (graceMs) => peer.close(graceMs);
    this.#disconnect = () => peer.disconnect();
  }

  /** Breaks every connection off; new ones are accepted. */
  disconnect(): void {
    this.#disconnect();
  }

  /** Closes the port and every connection. */
  close(): Promise<unknown> {
    this.hold(false);
    return this.#close(0);
  }

  /** Holds the answers about tokens back, or lets them go. What an answer says is decided before. */
  hold(isHeld: boolean): void {
    this.#release();
    this.#release = () => {};
    this.#held = undefined;
    if (!isHeld) return;
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #routes(router: ConnectRouter): void {
    router.service(TokenService, {
      validateToken: async ({ token }) => {
        const held = this.#ask("ValidateToken");
        const answer = this.#answer(token);
        await held;
        if ("error" in answer) throw answer.error;
        return { ...answer.claims, valid: true };
      },
      batchValidateTokens: async ({ tokens }) => {
        const held = this.#ask("BatchValidateTokens");
        if (this.batchRefusal !== undefined) {
          throw new ConnectError("not for you", this.batchRefusal, undefined, [NOT_ALLOWED]);
        }
        const answers = tokens.map((token) => this.#answer(token));
        await held;
        return {
          results: answers.map((answer) => ({
            result:
              "error" in answer
                ? { case: "error" as const, value: answer.status }
                : { case: "claims" as const, value: answer.claims },
          })),
        };
      },
      watchRevocations: ({ cursor }, { signal }) => this.feed.watch(cursor, signal),
    });
  }

  #ask(rpc: string): Promise<void> | undefined {
    this.asked.push(rpc);
    if (this.unary === "away") throw new ConnectError("away", Code.Unavailable);
    if (this.unary === "limited") throw beyondRate(PAUSE_MS);
    if (this.unary === "full") throw noRoom(PAUSE_MS);
    return this.#held;
  }

  #answer(token: string) {
    const known = this.#tokens[token];
    const remainingMs = known ? known.expiresInMs - this.elapsedMs : 0;
    if (!known) return refused(Kind.INVALID_TOKEN, Reason.TOKEN_MALFORMED, {});
    if (this.revoked.has(token)) return refused(Kind.INVALID_TOKEN, Reason.TOKEN_REVOKED, {});
    const expiresAt = timestampFromMs(CASE_START + known.expiresInMs);
    if (remainingMs < 0) {
      return refused(Kind.TOKEN_EXPIRED, Reason.TOKEN_EXPIRED, { expiredAt: expiresAt });
    }
    if (known.ill === "status") return ILL;
    const { tokenId, sessionId, userId, keyId, permissions, sessionStartedAt } = known;
    const claims = {
      ...(sessionStartedAt && { sessionStartedAt: toTimestamp(sessionStartedAt) }),
      ...{ tokenId, sessionId, userId, keyId, permissions: [...permissions] },
      ...{ issuedAt: toTimestamp(known.issuedAt), additionalData: {} },
      ...(known.ill !== "claims" && { expiresAt }),
      timeRemaining: {
        seconds: BigInt(Math.floor(remainingMs / 1000)),
        nanos: (remainingMs % 1000) * 1_000_000,
      },
    };
    return { claims };
  }
}

function refused(kind: Kind, reason: Reason, facts: object) {
  const message = "the script says so";
  const detail = create(TokenErrorDetailSchema, { kind, reason, field: "token", ...facts });
  const info = create(ErrorInfoSchema, {
    reason: `ERROR_REASON_${Reason[reason]}`,
    domain: "securetoken.v1",
    metadata: { field: "token" },
  });
  const code = Code.Unauthenticated;
  const details = [anyPack(TokenErrorDetailSchema, detail), anyPack(ErrorInfoSchema, info)];
  const error = new ConnectError(message, code, undefined, [
    { desc: TokenErrorDetailSchema, value: detail },
    { desc: ErrorInfoSchema, value: info },
  ]);
  return { error, status: { code, message, details } };
}

/** RFC 3339 with up to nine fractional digits. */
function toTimestamp(text: string) {
  const [, whole = "", fraction = ""] = /^([^.]+?)(?:\.(\d+))?Z$/.exec(text) ?? [];
  const seconds = BigInt(Date.parse(`${whole}Z`) / 1000);
  return { seconds, nanos: Number(fraction.padEnd(9, "0")) };
}
