/** The schema as others see it: linted, unbroken, commented, and safe to log. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import { ErrorReason } from "../../gen/ts/src/securetoken/v1/error_pb.js";
import {
  file_securetoken_v1_token_service,
  TokenService,
} from "../../gen/ts/src/securetoken/v1/token_service_pb.js";
import { buf, ROOT } from "../support/buf.js";
import { scratchFolder } from "../support/scratch-folder.js";

interface Described {
  name?: string;
  number?: number;
  field?: Described[];
  nestedType?: Described[];
  enumType?: Described[];
  value?: Described[];
  method?: Described[];
  options?: { debugRedact?: boolean };
  typeName?: string;
}
interface DescribedFile extends Described {
  messageType?: Described[];
  service?: Described[];
  sourceCodeInfo?: { location: { path?: number[]; leadingComments?: string }[] };
}

describe("the schema", () => {
  it("passes buf lint, STANDARD and COMMENTS", async () => {
    await buf("lint");
  });

  it("breaks nothing that was released", async () => {
    await buf("breaking", "proto", "--against", "test/proto/released.binpb");
  });

  it("is what gen/ts was generated from", async () => {
    const scratch = scratchFolder();
    try {
      await buf("generate", "-o", scratch);
      assert.deepEqual(tree(join(scratch, "gen/ts/src")), tree(join(ROOT, "gen/ts/src")));
    } finally {
      rmSync(scratch, { recursive: true });
    }
  });

  it("offers no RPC that Connect would serve by GET, with a token in the URL", () => {
    for (const method of TokenService.methods) {
      assert.notEqual(
        method.idempotency,
        MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS,
        method.name,
      );
    }
  });

  it("redacts every token and salt in debug output", () => {
    const secrets = file_securetoken_v1_token_service.messages
      .flatMap(({ fields }) => fields)
      .filter(({ name }) => ["token", "tokens", "salt"].includes(name));
    assert.ok(secrets.length >= 10);
    for (const field of secrets) {
      assert.equal(field.proto.options?.debugRedact, true, String(field));
    }
  });
});

describe("every comment that a reader needs is there", async () => {
  const files = await describedFiles();
  for (const file of files) {
    for (const [name, comment] of comments(file)) {
      it(`${file.name}: ${name}`, () => assert.match(comment, /\S/));
    }
  }
  const service = files.find(({ service }) => service) as DescribedFile;
  for (const [name, comment] of comments(service).filter(([name]) => name.startsWith("rpc "))) {
    it(`${name} says who may call, and its errors`, () => {
      assert.match(comment, /Who may call: /);
      assert.match(comment, /Errors: /);
    });
  }
  it("every error reason says which kind it belongs to", () => {
    const all = files.flatMap(comments);
    for (const reason of Object.values(ErrorReason).filter((name) => typeof name === "string")) {
      if (reason === "UNSPECIFIED") continue;
      const comment = all.find(([name]) => name === `value ERROR_REASON_${reason}`)?.[1] ?? "";
      assert.match(comment, /Kind (TOKEN_ERROR|TOKEN_EXPIRED|INVALID_TOKEN|PERMISSION_DENIED): /);
    }
  });
});

/** Every file below a folder, by its path. */
function tree(root: string): Record<string, string> {
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return Object.fromEntries(
    paths.map((path) => [path.slice(root.length), readFileSync(path, "utf8")]),
  );
}

/** Our files, with comments: generated code does not keep them. */
async function describedFiles(): Promise<DescribedFile[]> {
  const image = JSON.parse(await buf("build", "-o", "-#format=json"));
  return (image.file as DescribedFile[]).filter(({ name }) => name?.startsWith("securetoken/"));
}

/** Every element of a file with its comment, along the field numbers of FileDescriptorProto. */
function comments(file: DescribedFile): [string, string][] {
  const byPath = new Map(
    file.sourceCodeInfo?.location.map(({ path, leadingComments }) => [
      String(path),
      leadingComments ?? "",
    ]),
  );
  const found: [string, string][] = [];
  const visit = (kind: string, items: Described[] | undefined, path: number[]) => {
    for (const [index, item] of (items ?? []).entries()) {
      const at = [...path, index];
      found.push([`${kind} ${item.name}`, byPath.get(String(at)) ?? ""]);
      if (kind === "message") {
        visit("field", item.field, [...at, 2]);
        visit("message", item.nestedType, [...at, 3]);
        visit("enum", item.enumType, [...at, 4]);
      } else if (kind === "enum") visit("value", item.value, [...at, 2]);
      else if (kind === "service") visit("rpc", item.method, [...at, 2]);
    }
  };
  visit("message", file.messageType, [4]);
  visit("enum", file.enumType, [5]);
  visit("service", file.service, [6]);
  return found;
}
