/** Two servers, processes of their own, that share a log: what one revokes the other must know. */
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { startRedis } from "../support/redis.js";
import { startServer } from "../support/server-process.js";

/** The servers, and what a test does with them. */
export interface TwoServers {
  /** Where the second one listens. */
  readonly port: number;
  /** A new token of the first one. */
  issue(permission: string): Promise<string>;
  /**
   * Revokes a token at the first one, and waits until the second one's feed tells of it. Gives the checkpoints
   * that the feed has told in between, one of which comes each second.
   */
  revoke(token: string): Promise<number>;
  close(): Promise<void>;
}

/** Starts both over a Redis. */
export async function startTwoServers(): Promise<TwoServers> {
  const redis = await startRedis();
  const env = {
    SECRET_KEY: "Fleet#Secret2026",
    SALT: "sixteen bytes...",
    REVOCATION_LOG: redis.url,
  };
  const servers = await Promise.all([startServer(env), startServer(env)]);
  const [first, second] = [clientOf(servers[0].url), clientOf(servers[1].url)];
  return {
    port: servers[1].port,
    async issue(permission) {
      const { token } = await first.generateToken({ userId: "ada", permissions: [permission] });
      return token;
    },
    async revoke(token) {
      const { tokenId = "" } = (await first.introspectToken({ token })).claims ?? {};
      let checkpoints = 0;
      let isRevoked = false;
      const watching = new AbortController();
      for await (const { event } of second.watchRevocations({}, { signal: watching.signal })) {
        if (event.case === "checkpoint" && !isRevoked) {
          // The feed runs: from here on it tells each change.
          isRevoked = true;
          await first.revokeTokens({ targets: [{ target: { case: "token", value: token } }] });
        } else if (event.case === "checkpoint") {
          checkpoints++;
        } else if (event.case === "changes") {
          const { revocations } = event.value;
          if (revocations.some(({ target }) => target.value === tokenId)) break;
        }
      }
      watching.abort();
      return checkpoints;
    },
    async close() {
      await Promise.all(servers.map((server) => server.end("SIGKILL")));
      await redis.close();
    },
  };
}

function clientOf(baseUrl: string) {
  return createClient(TokenService, createGrpcTransport({ baseUrl }));
}
