/** How long the other servers go on accepting what one of them has revoked. */
import { setTimeout as pause } from "node:timers/promises";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  TokenService,
  TokenState,
  ValidateTokenRequestSchema,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { FrameConnection, type FrameRequest } from "../clients/frames.js";
import { endFleet, issue, type Member, revoke, startFleet } from "./fleet.js";

const SERVERS = 3;
/** How many revocations are on their way at a time. */
const AT_ONCE = 4;
/** How often a server is asked whether it still accepts the token, in milliseconds. */
const ASK_EVERY_MS = 5;
/** Validations are started in bunches, this often a second. */
const TICKS_PER_SECOND = 100;

/** What was seen, in words. */
export async function revokedEverywhere(
  log: string,
  revocations: number,
  validationsPerSecond: number,
): Promise<string> {
  const fleet = await startFleet(Array(SERVERS).fill(log));
  try {
    const validations = await startValidations(fleet, validationsPerSecond);
    const times: number[] = [];
    let next = 0;
    const work = async () => {
      while (next < revocations) times.push(...(await revokeOn(fleet, next++)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const load = validations.stop();
    times.sort((a, b) => a - b);
    const at = (share: number) => Math.round(times[Math.ceil(share * times.length) - 1] as number);
    const late = times.filter((time) => time > 1000).length;
    const spread = `median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
    return `${revocations} revoked, ${times.length} refusals by others: ${spread}, ${late} later than 1 s; ${load}`;
  } finally {
    await endFleet(fleet);
  }
}

/** Revokes on one server; how long each of the others went on accepting, in milliseconds. */
async function revokeOn(fleet: readonly Member[], turn: number): Promise<number[]> {
  const one = fleet[turn % fleet.length] as Member;
  const token = await issue(one);
  await revoke(one, token);
  const revokedAt = performance.now();
  const refusedAfter = async ({ client }: Member) => {
    while ((await client.introspectToken({ token })).state !== TokenState.REVOKED) {
      await pause(ASK_EVERY_MS);
    }
    return performance.now() - revokedAt;
  };
  return Promise.all(fleet.filter((member) => member !== one).map(refusedAfter));
}

/** Validates a live token on all servers, at a rate, until it is stopped; then tells of it in words. */
async function startValidations(fleet: readonly Member[], perSecond: number) {
  const request = validationOf(await issue(fleet[0] as Member));
  let answered = 0;
  let failed = 0;
  const connections = fleet.map(
    ({ process }) =>
      new FrameConnection(process.port, request, (_, ok) => {
        answered++;
        if (!ok) failed++;
      }),
  );
  const began = performance.now();
  let started = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - began) * perSecond) / 1000;
    for (; started < due; started++) connections[started % connections.length]?.send(started);
  }, 1000 / TICKS_PER_SECOND);
  return {
    stop(): string {
      clearInterval(timer);
      const rate = Math.round((1000 * answered) / (performance.now() - began));
      for (const connection of connections) connection.close();
      return `${rate} validations/s beside it, ${failed} failed`;
    },
  };
}

/** ValidateToken over gRPC. */
function validationOf(token: string): FrameRequest {
  const message = toBinary(
    ValidateTokenRequestSchema,
    create(ValidateTokenRequestSchema, { token }),
  );
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(message.length, 1);
  return {
    path: `/${TokenService.typeName}/ValidateToken`,
    headers: { "content-type": "application/grpc+proto", te: "trailers" },
    body: Buffer.concat([prefix, message]),
  };
}
