import { type Command, InvalidArgumentError } from "commander";
import { toStruct } from "../client/struct.js";
import { parseExactJson } from "../core/exact-json.js";
import type { JsonObject } from "../core/index.js";
import { parseStrictJson } from "../core/strict-json.js";
import { parseDecimal } from "./numbers.js";
import { printValue } from "./output.js";
import { type TargetOptions, withTarget } from "./target.js";
import { listOption } from "./usage.js";

/** Deeper objects are read, and refused by name where tokens are made. */
const MAX_DEPTH = 100;
const STRICTLY = " in which no name comes twice, without lone surrogates and endless numbers";

interface GenerateCommandOptions extends TargetOptions {
  readonly permission?: string[];
  readonly expiresIn?: number;
  readonly data?: JsonObject;
  readonly audience?: string[];
}

/** `secure-token generate <user-id>`: prints the token alone, so that it can be piped on. */
export function addGenerateCommand(program: Command): void {
  program
    .command("generate")
    .description("Issue a token. Prints it alone; with --json, all that it holds.")
    .argument("<user-id>", "whom the token speaks for")
    .addOption(listOption("-p, --permission <name>", "what the token permits"))
    .addOption(listOption("--audience <name>", "the services that it is meant for"))
    .option("--expires-in <hours>", "how long it lives, fractions allowed", parseDecimal)
    .option("--data <json>", "what else it carries, a JSON object", parseObject)
    .action(async (userId: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GenerateCommandOptions>();
      // The local key could sign more, which no server takes: the same data is right with both, or with none.
      const additionalData = options.data && (toStruct(options.data) as JsonObject);
      const issued = await withTarget(command, (target) =>
        target.generateToken(userId, {
          permissions: options.permission,
          expiresInHours: options.expiresIn,
          additionalData,
          audiences: options.audience,
        }),
      );
      printValue(issued.token, issued, options);
    });
}

/** The object of a text, digit for digit; a name that comes twice would hide one of its values. */
function parseObject(text: string): JsonObject {
  const strict = parseStrictJson(text, MAX_DEPTH);
  if (!strict) throw new InvalidArgumentError(`It must be JSON${isJson(text) ? STRICTLY : ""}.`);
  const value = strict.hasBigInteger ? parseExactJson(text) : strict.value;
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new InvalidArgumentError("It must be a JSON object.");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
