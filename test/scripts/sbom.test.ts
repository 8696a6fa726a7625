/** The bill of materials of a release. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { billOfMaterials } from "../../scripts/packing/sbom.js";
import { ROOT } from "../support/buf.js";

describe("the SBOM", () => {
  it("names the server, whatever its folder is called, and what it depends on", () => {
    const { name, version, dependencies } = JSON.parse(
      readFileSync(join(ROOT, "package.json"), "utf8"),
    );
    const { bomFormat, metadata, components } = JSON.parse(billOfMaterials());
    assert.equal(bomFormat, "CycloneDX");
    const { component } = metadata;
    assert.deepEqual(
      [component.type, component.name, component.version, component.purl],
      ["application", name, version, `pkg:npm/${name}@${version}`],
    );
    const purls: string[] = components.map(({ purl }: { purl: string }) => purl);
    const has = (of: string) =>
      purls.some((purl) => purl.startsWith(`pkg:npm/${of.replace("@", "%40")}@`));
    assert.deepEqual(
      Object.keys(dependencies).filter((each) => !has(each)),
      [],
    );
    assert.ok(!has("typescript") && !has("@grpc/grpc-js"), "what no server needs");
  });
});
