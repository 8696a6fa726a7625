/** Builds and starts the guarded services: each a process of its own, on a free port of loopback. */
import { spawn } from "node:child_process";
import { Agent, get } from "node:http";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { endWithThisProcess } from "../fleet/children.mjs";
import { ROOT } from "./languages.mjs";

/** The most connections to one service. */
const CONNECTIONS = 64;
/** How long a service may take to end, in milliseconds. */
const GRACE_MS = 10_000;
/** What each service says once it listens. */
const LISTENS = /(?: at | on | url=)(http:\/\/127\.0\.0\.1:\d+)/;

/** Builds a row of LANGUAGES. Throws an error that names the missing tool or the command that failed. */
export async function buildService({ language, tools, build }, scratch, signal) {
  for (const command of tools) {
    await run(command, "ignore", signal).catch((error) => {
      signal.throwIfAborted();
      throw new Error(`${command.join(" ")} does not run`, { cause: error });
    });
  }
  for (const command of build(scratch)) {
    process.stdout.write(`${language}: ${command.join(" ")}\n`);
    await run(command, ["ignore", "ignore", "inherit"], signal);
  }
}

/** Starts a row of LANGUAGES that is built, with `settings` beside the environment, until `signal` is aborted. */
export async function startService({ language, guard, path, run, address }, scratch, options) {
  const { tokenService, settings, signal } = options;
  const [program, ...args] = run(scratch);
  const env = { ...process.env, ...settings, ...address(tokenService) };
  const child = endWithThisProcess(
    spawn(program, args, { cwd: ROOT, env, stdio: ["ignore", "pipe", "pipe"] }),
  );
  const ended = new Promise((resolve) => child.once("close", resolve));
  const giveUp = () => child.kill("SIGKILL");
  signal.addEventListener("abort", giveUp);
  const url = await untilListening(child, ended);
  signal.removeEventListener("abort", giveUp);
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  process.stdout.write(`${language}: ${url}\n`);
  return {
    language,
    guard,
    /** Asks for the guarded path with a token; gives the status, and 0 where the service breaks the connection. */
    send: (token) => statusOf(`${url}${path}`, agent, token),
    /** What the service's verifier has done: its hits, misses and staleness. */
    report: () => reportOf(`${url}/verifier`, agent),
    close() {
      agent.destroy();
      child.kill();
      const killing = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
      return ended.finally(() => clearTimeout(killing));
    },
  };
}

function run([program, ...args], stdio, signal) {
  return new Promise((resolve, reject) => {
    const child = endWithThisProcess(spawn(program, args, { cwd: ROOT, stdio, signal }));
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${[program, ...args].join(" ")} failed`));
    });
  });
}

/** The address that a service prints, on whichever stream; what it prints is not shown. */
function untilListening(child, ended) {
  return new Promise((resolve, reject) => {
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        output = `${output}${line}\n`.slice(-2000);
        const url = LISTENS.exec(line)?.[1];
        if (url) resolve(url);
      });
    }
    child.once("error", reject);
    ended.then(() => reject(new Error(`it ended before it listened:\n${output}`)));
  });
}

function statusOf(url, agent, token) {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` };
    ask(url, { agent, headers }, (response) => {
      response?.resume();
      if (response) response.once("close", () => resolve(response.statusCode));
      else resolve(0);
    });
  });
}

/** The report; an empty one where the service does not answer. */
function reportOf(url, agent) {
  return new Promise((resolve) => {
    ask(url, { agent }, (response) => resolve(response ? json(response).catch(() => ({})) : {}));
  });
}

/** Calls `answered` with the response, or with nothing where the connection breaks. */
function ask(url, options, answered) {
  const request = get(url, options, answered);
  request.on("error", ({ code }) => {
    // The service has closed a connection that was idle: the request was not read.
    if (request.reusedSocket && code === "ECONNRESET" && !request.res) ask(url, options, answered);
    else if (!request.res) answered();
  });
}
