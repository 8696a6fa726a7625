/** Targets behind TLS, and the files that a client is given for them. */
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createSecureServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";

const FOLDER = new URL("../tls/", import.meta.url);
const FILES = { caFile: "ca.pem", certFile: "client.pem", keyFile: "client-key.pem" };

/** The paths of what a case gives its client: `["caFile", "certFile", "keyFile"]` or a part of it. */
export function clientTls(names: readonly (keyof typeof FILES)[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, fileURLToPath(new URL(FILES[name], FOLDER))]),
  );
}

/** A handler behind TLS, for HTTP/2 and HTTP/1.1; `mutual` asks every client for its certificate. */
export function tlsTarget(certificate: string, mutual: boolean, handler: RequestListener) {
  const read = (file: string) => readFileSync(new URL(file, FOLDER));
  const server = createSecureServer(
    {
      cert: read(`${certificate}.pem`),
      key: read(`${certificate}-key.pem`),
      ca: read(FILES.caFile),
      requestCert: mutual,
      rejectUnauthorized: mutual,
      allowHTTP1: true,
    },
    handler as never,
  );
  const open = new Set<TLSSocket | ServerHttp2Session>();
  const track = (it: TLSSocket | ServerHttp2Session) => {
    open.add(it);
    it.on("error", () => it.destroy());
    it.once("close", () => open.delete(it));
  };
  server.on("secureConnection", track);
  server.on("session", track);
  server.on("tlsClientError", () => {}); // the client tells
  server.on("sessionError", () => {});
  return {
    listen: (port: number, host: string) =>
      new Promise<AddressInfo>((resolve) =>
        server.listen(port, host, () => resolve(server.address() as AddressInfo)),
      ),
    close: () =>
      new Promise<number>((resolve) => {
        server.close(() => resolve(0));
        for (const it of open) it.destroy();
      }),
  };
}
