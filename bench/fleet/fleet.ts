/** Three servers on one log, as processes of their own. */
import { createClient } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { TokenService } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { type ServerProcess, startServer } from "../../test/support/server-process.js";

const KEY = { SECRET_KEY: "Bench#Secret2026", SALT: "sixteen bytes..." };

/** A server of the fleet. */
export interface Member {
  readonly name: string;
  readonly process: ServerProcess;
  readonly client: ReturnType<typeof createClient<typeof TokenService>>;
}

/** Starts a server for each address of the log: they may lead there in different ways. */
export function startFleet(logs: readonly string[]): Promise<Member[]> {
  return Promise.all(
    logs.map(async (REVOCATION_LOG, i) => {
      const process = await startServer({ ...KEY, REVOCATION_LOG });
      const transport = createConnectTransport({ baseUrl: process.url, httpVersion: "2" });
      return { name: `server ${i + 1}`, process, client: createClient(TokenService, transport) };
    }),
  );
}

/** Ends them at once. */
export async function endFleet(fleet: readonly Member[]): Promise<void> {
  await Promise.all(fleet.map(({ process }) => process.end("SIGKILL")));
}

/** Issues a token on a server. */
export async function issue({ client }: Member): Promise<string> {
  return (await client.generateToken({ userId: "bench" })).token;
}

/** Revokes a token on a server. */
export function revoke({ client }: Member, token: string) {
  return client.revokeTokens({ targets: [{ target: { case: "token", value: token } }] });
}
