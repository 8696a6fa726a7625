/** The server and the clients, packed as their registries want them. */
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { copyOf, PROJECT, runTool } from "./run-tool.js";

/** How one package is packed. */
export interface Packing {
  readonly name: PackageName;
  /** A command that succeeds where its tools are. */
  readonly requires: readonly string[];
  /** Writes the package's files into a folder that exists. The npm package must have been built. */
  pack(into: string, version: string): void;
}

export type PackageName = "npm" | "python" | "go" | "maven" | "cargo";

/** All of them. */
export const PACKAGES: readonly Packing[] = [
  {
    name: "npm",
    requires: ["npm", "--version"],
    pack(into) {
      const options = ["--ignore-scripts", "--silent", "--pack-destination", into];
      runTool(["npm", "pack", ...options], { cwd: PROJECT });
    },
  },
  {
    name: "python",
    requires: ["python3", "-c", "import venv"],
    pack(into) {
      const source = copyOf("gen/python");
      runTool(["python3", "-m", "venv", "env"], { cwd: source });
      const tool = join(source, "env/bin/python");
      runTool([tool, "-m", "pip", "install", "--quiet", "build==1.3.0"], { cwd: source });
      // A source distribution, and the wheel from that: what the first lacks, the second shows.
      runTool([tool, "-m", "build", "--outdir", into, source], { cwd: source });
      rmSync(source, { recursive: true });
    },
  },
  {
    name: "go",
    requires: ["go", "version"],
    pack: packGo,
  },
  {
    name: "maven",
    requires: ["mvn", "--version"],
    pack(into, version) {
      const source = copyOf("gen/java");
      runTool(["mvn", "-B", "-q", "-Prelease", "package", "-DskipTests"], { cwd: source });
      const base = `secure-token-client-${version}`;
      for (const kind of ["", "-sources", "-javadoc"]) {
        const name = `${base}${kind}.jar`;
        cpSync(join(source, "target", name), join(into, name));
      }
      cpSync(join(source, "pom.xml"), join(into, `${base}.pom`));
      rmSync(source, { recursive: true });
    },
  },
  {
    name: "cargo",
    requires: ["cargo", "--version"],
    pack(into, version) {
      const target = join(into, "target");
      const chosen = ["--package", "secure-token-client", "--allow-dirty", "--locked"];
      // What cargo would compile to verify it, test/packages compiles as a program's dependency.
      runTool(["cargo", "package", ...chosen, "--no-verify", "--target-dir", target], {
        cwd: join(PROJECT, "gen/rust"),
      });
      const crate = `secure-token-client-${version}.crate`;
      cpSync(join(target, "package", crate), join(into, crate));
      rmSync(target, { recursive: true });
    },
  },
];

/** Writes files into a zip, and no folders, which Go refuses. */
const ZIP = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for name in sys.argv[2:]:
        archive.write(name)`;

/** What a proxy serves of a version (golang.org/ref/mod, "GOPROXY protocol" and "Module zip files"). */
function packGo(into: string, version: string): void {
  const source = copyOf("gen/go");
  // A folder with a go.mod of its own is another module.
  rmSync(join(source, "tools"), { recursive: true });
  const staging = `${source}-staging`;
  const prefix = `securetoken.dev/go@v${version}`;
  cpSync(source, join(staging, prefix), { recursive: true });
  const entries = readdirSync(source, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(prefix, relative(source, join(entry.parentPath, entry.name))));
  const zip = join(into, `v${version}.zip`);
  runTool(["python3", "-c", ZIP, zip, ...files.sort()], { cwd: staging });
  cpSync(join(source, "go.mod"), join(into, `v${version}.mod`));
  writeFileSync(join(into, `v${version}.info`), JSON.stringify({ Version: `v${version}` }));
  for (const folder of [source, staging]) rmSync(folder, { recursive: true });
}

/** Packs one into a folder below `into`, named for it, and gives that. */
export function packInto(into: string, { name, pack }: Packing, version: string): string {
  const folder = join(into, name);
  mkdirSync(folder, { recursive: true });
  pack(folder, version);
  return folder;
}
