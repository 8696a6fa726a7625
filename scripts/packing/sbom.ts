/** What the server is made of, as CycloneDX: every package that a production install brings. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT, runTool } from "./run-tool.js";

/** What npm notes of a package that only developers install. */
const DEVELOPMENT = "cdx:npm:package:development";

interface Component {
  readonly "bom-ref": string;
  readonly properties: readonly { readonly name: string }[];
}

interface Dependency {
  readonly ref: string;
  readonly dependsOn: readonly string[];
}

/**
 * The bill of materials of the lock file, as JSON. npm's own `--omit dev` leaves out what any package names among its
 * development's or peers, pg and pino among them, and names the whole after its folder.
 */
export function billOfMaterials(): string {
  const options = ["--package-lock-only", "--sbom-type", "application"];
  const bill = JSON.parse(
    runTool(["npm", "sbom", "--sbom-format", "cyclonedx", ...options], { cwd: PROJECT }),
  );
  const { name } = JSON.parse(readFileSync(join(PROJECT, "package.json"), "utf8"));
  bill.metadata.component.name = name;
  bill.components = bill.components.filter(
    ({ properties }: Component) => !properties.some((each) => each.name === DEVELOPMENT),
  );
  const kept = new Set([
    bill.metadata.component["bom-ref"],
    ...bill.components.map((each: Component) => each["bom-ref"]),
  ]);
  bill.dependencies = bill.dependencies
    .filter(({ ref }: Dependency) => kept.has(ref))
    .map(({ ref, dependsOn }: Dependency) => ({
      ref,
      dependsOn: dependsOn.filter((each) => kept.has(each)),
    }));
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}
