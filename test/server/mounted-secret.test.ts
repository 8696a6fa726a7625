/** A server that is not root takes its keys, callers and certificates from mounted secrets, and follows their updates. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { connect } from "node:tls";
import { formatKeysetFile } from "../../src/server/keyset-file.js";
import { ROOT } from "../support/buf.js";
import { fileKey } from "../support/keyset-file.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { MAIN, runCommand, type ServerProcess, startServer } from "../support/server-process.js";
import { TEST_CERTIFICATE, TEST_CERTIFICATE_KEY } from "../support/tls.js";

const USER = 65_534;
const FS_GROUP = 54_321;

describe("a mounted secret", { skip: process.getuid?.() !== 0 && "needs root" }, () => {
  /** A volume as Kubernetes makes it: links to a link to a folder, which is swapped as a whole. */
  const volume = (...names: string[]) => {
    const folder = scratchFolder();
    chmodSync(folder, 0o755);
    for (const name of names) symlinkSync(`..data/${name}`, join(folder, name));
    const put = (version: string, contents: readonly string[], mode: number, gid: number) => {
      const inside = join(folder, `..${version}`);
      mkdirSync(inside);
      for (const [i, name] of names.entries()) {
        const file = join(inside, name);
        writeFileSync(file, contents[i] as string);
        chownSync(file, 0, gid);
        chmodSync(file, mode);
      }
      symlinkSync(`..${version}`, join(folder, "..next"));
      renameSync(join(folder, "..next"), join(folder, "..data"));
    };
    return { pathOf: (name: string) => join(folder, name), put };
  };
  /** The volume of a keyset. */
  const keysetVolume = () => {
    const { pathOf, put } = volume("keys.json");
    return {
      path: pathOf("keys.json"),
      async put(version: string, mode: number, gid: number) {
        const key = await fileKey(version);
        put(version, [formatKeysetFile([key])], mode, gid);
        return key.keyId;
      },
    };
  };
  const asUser = { uid: USER, gid: FS_GROUP, cwd: "/" };

  it("of Kubernetes with fsGroup is read as root's and its group's, and followed live", async () => {
    const { path, put } = keysetVolume();
    const first = await put("one", 0o440, FS_GROUP);
    const server = await startServer({ KEYSET_FILE: path }, asUser);
    await tells(server, primary(first));
    await tells(server, primary(await put("two", 0o440, FS_GROUP)));
    await server.end();
  });

  it("of Docker, which everyone may read, needs ALLOW_READABLE_KEYSET", async () => {
    const { path, put } = keysetVolume();
    const keyId = await put("one", 0o444, 0);
    const refused = await runCommand(["serve"], { KEYSET_FILE: path, PORT: "0" }, asUser);
    assert.equal(refused.code, 78);
    assert.match(refused.output, /KEYSET_FILE must have mode 0600.*ALLOW_READABLE_KEYSET=on/);
    const server = await startServer({ KEYSET_FILE: path, ALLOW_READABLE_KEYSET: "on" }, asUser);
    await tells(server, primary(keyId));
    await server.end();
  });

  it("of another user is refused", async () => {
    const { path, put } = keysetVolume();
    await put("one", 0o640, FS_GROUP);
    chownSync(path, 1234, FS_GROUP);
    const { code, output } = await runCommand(["serve"], { KEYSET_FILE: path, PORT: "0" }, asUser);
    assert.equal(code, 78);
    assert.match(output, /KEYSET_FILE must belong to the user of this process or to root/);
  });

  it("holds callers, certificate and key too, which are followed live", async () => {
    const { pathOf, put } = volume("callers.json", "tls.crt", "tls.key", "ca.crt", "crl.pem");
    const pem = (name: string) => readFileSync(join(ROOT, "test/support/certs", name), "utf8");
    const callers = (...names: string[]) =>
      JSON.stringify({ callers: names.map((name) => ({ name, rpcs: ["ValidateToken"] })) });
    const authorities = [pem("list-ca.pem"), pem("empty.crl.pem")];
    const server1 = [pem("server.pem"), pem("server.key"), ...authorities];
    put("one", [callers("a"), ...server1], 0o440, FS_GROUP);
    const settings = {
      CALLERS_FILE: pathOf("callers.json"),
      TLS_CERT_FILE: pathOf("tls.crt"),
      TLS_KEY_FILE: pathOf("tls.key"),
      TLS_CLIENT_CA_FILE: pathOf("ca.crt"),
      TLS_CLIENT_CRL_FILE: pathOf("crl.pem"),
    };
    const server = await startServer(settings, asUser);
    const other = [TEST_CERTIFICATE, TEST_CERTIFICATE_KEY, ...authorities];
    put("two", [callers("a", "b"), ...other], 0o440, FS_GROUP);
    await tells(server, /"file":"callers_file","callers":2/);
    // A handshake in a row, until one shows the new certificate.
    while ((await commonName(server.port)) !== "secure-token test") {}
    await server.end();
  });

  it("that is mounted as one file is read again when its text is replaced in place", async (t) => {
    const folder = scratchFolder();
    const [source, path] = [join(folder, "source.json"), join(folder, "callers.json")];
    writeFileSync(source, '{"callers":[]}');
    writeFileSync(path, "");
    const script = `mount --bind ${source} ${path} || exit 99; exec ${process.execPath} ${MAIN} serve`;
    const server = spawn("unshare", ["-m", "sh", "-c", script], {
      cwd: folder,
      env: { PATH: process.env.PATH, CALLERS_FILE: path, PORT: "0", PBKDF2_ITERATIONS: "100000" },
    });
    let output = "";
    server.stderr.on("data", (chunk) => {
      output += chunk;
    });
    const ended = once(server, "close");
    const shows = async (line: RegExp) => {
      while (!line.test(output)) {
        const gone = await Promise.race([ended, once(server.stderr, "data").then(() => undefined)]);
        if (gone) return false;
      }
      return true;
    };
    if (!(await shows(/"msg":"listening"/))) {
      assert.match(output, /unshare|mount/, output);
      t.skip("mounts are not allowed here");
      return;
    }
    writeFileSync(source, '{"callers":[{"name":"a","rpcs":["ValidateToken"]}]}');
    server.kill("SIGHUP");
    assert.ok(await shows(/"file":"callers_file","callers":1/), output);
    server.kill("SIGTERM");
    await ended;
  });
});

function primary(keyId: string): RegExp {
  return new RegExp(`"key_id":"${keyId}","state":"PRIMARY"`);
}

/** Waits until a server's log holds a line. */
async function tells(server: ServerProcess, line: RegExp): Promise<void> {
  while (!line.test(server.output())) {
    await once(server.process.stderr as NodeJS.ReadableStream, "data");
  }
}

/** The name in the certificate that a server shows. */
async function commonName(port: number): Promise<string | undefined> {
  const socket = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}
