/** Whether a server serves: for containers, service managers and scripts. */
import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import type { Command } from "commander";
import { type Address, loadAddress, readEnvironment } from "../server/config/index.js";
import { awaitsHeaderHere } from "../server/local-proxy.js";
import { EXIT_FAILURE } from "./exit-codes.js";
import { printResult } from "./output.js";
import { urlOf } from "./own-server.js";
import { readServerTls } from "./server-tls.js";
import { toUrl } from "./server-url.js";
import type { TargetOptions } from "./target.js";

/** How long the answer may take, in milliseconds. */
const TIMEOUT_MS = 3_000;
/** More than any answer of the health service, in bytes. */
const MAX_ANSWER_BYTES = 4_096;
const CHECK = "/grpc.health.v1.Health/Check";

/** `secure-token health` */
export function addHealthCommand(program: Command): void {
  program
    .command("health")
    .description(
      "Whether the server of HOST and PORT here, or --server, serves; 1 when it does not.",
    )
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<TargetOptions>();
      const status = await statusOf(options);
      printResult({ status }, options);
      if (status !== "SERVING") process.exitCode = EXIT_FAILURE;
    });
}

/** The status as grpc.health.v1 names it, or why there is none. */
async function statusOf({ server, ...options }: TargetOptions): Promise<string> {
  const tls: RequestOptions =
    server === undefined
      ? // Nothing secret is sent, and a certificate rarely names the loopback address.
        { rejectUnauthorized: false }
      : readServerTls(options);
  const own =
    server === undefined ? loadAddress(readEnvironment(process.env, "health").settings) : undefined;
  const base = own ? urlOf(own) : toUrl(server ?? "");
  try {
    const { status } = JSON.parse(await post(new URL(CHECK, base), tls));
    return typeof status === "string" ? status : "UNKNOWN";
  } catch (error) {
    return `UNREACHABLE (${whyNot(error as NodeJS.ErrnoException, own)})`;
  }
}

/** A server that awaits a header of the PROXY protocol cuts whoever sends none. */
function whyNot({ code, message }: NodeJS.ErrnoException, own: Address | undefined): string {
  if (code !== "ECONNRESET" || !own || !awaitsHeaderHere(own)) return code ?? message;
  return "PROXY_PROTOCOL cuts connections of TRUSTED_PROXIES without a header, and this one came from there: ask /readyz of METRICS_PORT";
}

/** Sends an empty JSON request and gives the text of the answer. */
function post(url: URL, tls: RequestOptions): Promise<string> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { "content-type": "application/json", "content-length": "2" };
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const request = send(url, { ...tls, method: "POST", headers, signal });
    request.on("error", reject);
    request.on("response", (response: IncomingMessage) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("error", reject);
      response.on("data", (chunk) => {
        text += chunk;
        if (text.length > MAX_ANSWER_BYTES) request.destroy(new Error("the answer is too long"));
      });
      response.on("end", () => resolve(text));
    });
    request.end("{}");
  });
}
