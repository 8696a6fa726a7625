/** How long the other servers go on accepting what one of them has revoked. */
import { setTimeout as pause } from "node:timers/promises";
import { TokenState } from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { SteadyValidations } from "../clients/steady-validations.js";
import { endFleet, issue, type Member, revoke, startFleet } from "./fleet.js";

const SERVERS = 3;
/** How many revocations are on their way at a time. */
const AT_ONCE = 4;
/** How often a server is asked whether it still accepts the token, in milliseconds. */
const ASK_EVERY_MS = 5;

/** What was seen, in words. */
export async function revokedEverywhere(
  log: string,
  revocations: number,
  validationsPerSecond: number,
): Promise<string> {
  const fleet = await startFleet(Array(SERVERS).fill(log));
  try {
    const ports = fleet.map(({ process }) => process.port);
    const token = await issue(fleet[0] as Member);
    const validations = new SteadyValidations(ports, token, validationsPerSecond);
    const times: number[] = [];
    let next = 0;
    const work = async () => {
      while (next < revocations) times.push(...(await revokeOn(fleet, next++)));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    const load = `${Math.round(validations.rate)} validations/s beside it, ${validations.failed} failed`;
    validations.stop();
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
