/** What servers and clients are given for TLS. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TlsMaterial } from "../../../src/transport/tls-listener.js";

const FOLDER = new URL("../tls/", import.meta.url);
const FILES = { caFile: "ca.pem", certFile: "client.pem", keyFile: "client-key.pem" };

/** The paths of what a case gives its client: `["caFile", "certFile", "keyFile"]` or a part of it. */
export function clientTls(names: readonly (keyof typeof FILES)[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, fileURLToPath(new URL(FILES[name], FOLDER))]),
  );
}

/** A server's certificate; every client is asked for its own. */
export function serverTls(certificate: string): TlsMaterial {
  return {
    cert: read(`${certificate}.pem`),
    key: read(`${certificate}-key.pem`),
    clientCa: read(FILES.caFile),
  };
}

function read(file: string): string {
  return readFileSync(new URL(file, FOLDER), "utf8");
}
