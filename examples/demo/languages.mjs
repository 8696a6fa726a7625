/** The guarded services of the demonstration: the example of each language, how it is built and run. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where every command runs. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const VENV = "examples/python/.venv";
const JAVA = "examples/java/target";
const RUST_PROGRAM = "secure-token-example";

/**
 * Each row: `tools`, commands that succeed where the toolchain is; `build`, commands that run in turn,
 * given a scratch folder; `run`, the command of the service; `address`, the variables that name the token
 * service and the port; `path`, what is asked for with a token.
 */
export const LANGUAGES = [
  {
    language: "TypeScript",
    guard: "Fastify",
    path: "/notes",
    tools: [],
    build: () => [],
    run: () => [process.execPath, "--import", "tsx", "examples/typescript/main.ts"],
    address: (url) => ({ SECURE_TOKEN_TARGET: url, PORT: "0" }),
  },
  {
    language: "Python",
    guard: "FastAPI",
    path: "/notes",
    tools: [["python3", "-c", "import venv, ensurepip"]],
    build: () => (existsSync(join(ROOT, VENV, "bin/uvicorn")) ? [] : pythonBuild()),
    run: () => [
      `${VENV}/bin/uvicorn`,
      ..."--app-dir examples/python app:app --port 0 --no-access-log".split(" "),
    ],
    address: (url) => ({ SECURE_TOKEN_TARGET: url }),
  },
  {
    language: "Go",
    guard: "net/http",
    path: "/notes",
    tools: [["go", "version"]],
    build: (scratch) => [["go", "build", "-C", "examples/go", "-o", join(scratch, "notes"), "."]],
    run: (scratch) => [join(scratch, "notes")],
    address: (url) => ({ SECURE_TOKEN_TARGET: url, NOTES_ADDRESS: "127.0.0.1:0" }),
  },
  {
    language: "Java",
    guard: "Jetty",
    path: "/reports",
    tools: [
      ["java", "-version"],
      ["mvn", "--version"],
    ],
    build: () => [
      ["mvn", "-B", "-q", "-f", "gen/java/pom.xml", "install", "-DskipTests"],
      [
        ..."mvn -B -q -f examples/java/pom.xml compile dependency:build-classpath".split(" "),
        "-Dmdep.outputFile=target/classpath",
      ],
    ],
    run: () => [
      "java",
      "-cp",
      `${JAVA}/classes:${readFileSync(join(ROOT, JAVA, "classpath"), "utf8").trim()}`,
      "dev.securetoken.examples.reports.Main",
    ],
    address: (url) => ({ SECURE_TOKEN_TARGET: url, PORT: "0" }),
  },
  {
    language: "Rust",
    guard: "axum",
    path: "/notes",
    tools: [["cargo", "--version"]],
    build: () => [
      [
        ..."cargo build --quiet --locked --manifest-path gen/rust/Cargo.toml -p".split(" "),
        RUST_PROGRAM,
      ],
    ],
    run: () => [
      join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "gen/rust/target"), "debug", RUST_PROGRAM),
    ],
    address: (url) => ({ SECURE_TOKEN_TARGET: url, LISTEN: "127.0.0.1:0" }),
  },
];

/** The permissions of a token that every one of the services accepts. */
export const PERMISSIONS = ["notes:read", "notes.read", "reports:read"];

/** As its README says, once. */
function pythonBuild() {
  return [
    ["python3", "-m", "venv", VENV],
    [`${VENV}/bin/pip`, "install", "--quiet", "-r", "examples/python/requirements.txt"],
  ];
}
