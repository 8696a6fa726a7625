/** A worker that is killed takes its own connections with it, and none that it has not taken yet. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { connect } from "node:net";
import { createInterface } from "node:readline";
import { it } from "node:test";
import { fileURLToPath } from "node:url";

/** `KILLS=100` for the whole proof. */
const KILLS = Number(process.env.KILLS ?? 8);
const CLIENTS = 16;
/** An unanswered connection stays so for ever; an answer takes milliseconds. */
const PATIENCE_MS = 10_000;
const PROGRAM = fileURLToPath(new URL("../support/killed-workers-process.ts", import.meta.url));

it("leaves no connection open without an answer", { timeout: 600_000 }, async () => {
  const child = spawn(process.execPath, ["--import", "tsx", PROGRAM], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let wake = () => {};
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    wake();
  });
  const said = async (isIt: (line: string) => boolean) => {
    for (;;) {
      const found = lines.findIndex(isIt);
      if (found >= 0) return lines.splice(found, 1)[0] as string;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  const port = Number(new URL(await said((line) => line.startsWith("http"))).port);
  await said((line) => line === "both listen");

  const ends = { answered: 0, closed: 0, unanswered: 0 };
  let going = true;
  const client = async () => {
    while (going) ends[await ask(port)]++;
  };
  const clients = Array.from({ length: CLIENTS }, client);
  for (let i = 0; i < KILLS; i++) {
    child.stdin.write("kill\n");
    await said((line) => line === "both listen");
  }
  going = false;
  await Promise.all(clients);
  child.kill("SIGKILL");
  assert.equal(ends.unanswered, 0, JSON.stringify(ends));
  assert.ok(ends.answered > KILLS);
});

/** How a connection of its own ends. */
function ask(port: number): Promise<"answered" | "closed" | "unanswered"> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    });
    const timer = setTimeout(() => {
      socket.destroy();
      resolve("unanswered");
    }, PATIENCE_MS);
    socket.on("data", (chunk) => {
      answer += chunk;
    });
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(answer.startsWith("HTTP/1.1 200") ? "answered" : "closed");
    });
  });
}
