/** `npm run pack -- FOLDER`: every package and the server's SBOM, as a release has them. */
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PACKAGES, packInto } from "./packing/packages.js";
import { PROJECT } from "./packing/run-tool.js";
import { billOfMaterials } from "./packing/sbom.js";

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("npm run pack -- FOLDER");
const into = resolve(folder);
const { version } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
for (const packing of PACKAGES) {
  process.stdout.write(`${packInto(into, packing, version)}\n`);
}
writeFileSync(join(into, "secure-token-service.cdx.json"), billOfMaterials());
