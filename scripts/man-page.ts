/** The manual page of `secure-token`, made from its commands: `docs/secure-token.1`. */
import type { Argument, Command, Option } from "commander";

/** Names, in the order in which a manual page has them (man-pages(7)). */
const ENVIRONMENT = [
  ["SECRET_KEY, SALT", "The local key, and the server's."],
  ["KEYSET_FILE", "Several keys, in place of these two."],
  ["SECURE_TOKEN_API_KEY", "The credential that is sent to --server."],
  ["NO_COLOR", "If it is not empty, nothing is printed in colour."],
] as const;
const EXIT_STATUS = [
  ["0", "Done."],
  ["1", "A failure that no other code names."],
  ["2", "The command line is at fault."],
  ["3", "TokenError: a rule for a request is broken."],
  ["4", "TokenExpiredError."],
  ["5", "InvalidTokenError."],
  ["6", "PermissionDeniedError."],
  ["78", "A setting, or a file that it names, is at fault."],
] as const;

/** The page in the language of man(7). */
export function manPage(program: Command): string {
  const commands = leavesOf(program, []);
  return `${[
    '.\\" Made from the commands by npm run generate:man',
    `.TH SECURE\\-TOKEN 1 "" "secure\\-token" "User Commands"`,
    ".SH NAME",
    `secure\\-token \\- ${roff(lowerFirst(program.description().replace(/\.$/, "")))}`,
    ".SH SYNOPSIS",
    ".B secure\\-token",
    "[\\fIOPTIONS\\fR] \\fICOMMAND\\fR [\\fIARGUMENTS\\fR]",
    ".SH DESCRIPTION",
    roff(
      "With --server the commands ask a server; without it they work with the local key, which comes from the environment or from a file .env. A token comes by standard input where it is not an argument, so that it stays out of the shell's history.",
    ),
    ".SH OPTIONS",
    ...program.options.flatMap(item),
    ".SH COMMANDS",
    ...commands.flatMap(section),
    ".SH ENVIRONMENT",
    "docs/operate/configure.md has all settings of the server.",
    ...ENVIRONMENT.flatMap(([name, about]) => tagged(`\\fB${roff(name)}\\fR`, about)),
    ".SH EXIT STATUS",
    ...EXIT_STATUS.flatMap(([code, about]) => tagged(code, about)),
    ".SH EXAMPLES",
    ".nf",
    roff('export SECRET_KEY="$(secure-token generate-key)" SALT="$(secure-token generate-salt)"'),
    roff("secure-token generate user_123 -p read,write | secure-token validate"),
    ".fi",
  ].join("\n")}\n`;
}

/** The commands that do something, each with the words that name it. */
function leavesOf(command: Command, words: readonly string[]): [string, Command][] {
  return command.commands.flatMap((one) => {
    const path = [...words, one.name()];
    return one.commands.length > 0 ? leavesOf(one, path) : [[path.join(" "), one]];
  });
}

function section([path, command]: [string, Command]): string[] {
  const taken = command.registeredArguments.map((one) => ` \\fI${roff(nameOf(one))}\\fR`).join("");
  return [
    `.SS "${roff(path)}${taken}"`,
    roff(command.description()),
    ...command.registeredArguments
      .filter(({ description }) => description !== "")
      .flatMap((one) => tagged(`\\fI${roff(nameOf(one))}\\fR`, one.description)),
    ...command.options.filter(({ hidden }) => !hidden).flatMap(item),
  ];
}

function nameOf(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name();
  return argument.required ? name : `[${name}]`;
}

function item(option: Option): string[] {
  return tagged(`\\fB${roff(option.flags)}\\fR`, option.description);
}

function tagged(tag: string, about: string): string[] {
  return [".TP", tag, roff(about)];
}

/** Text as it stands: a backslash, a hyphen and a dot at the start have a meaning in man(7). */
function roff(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll('"', "\\(dq")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("→", "\\(->");
  return escaped.replace(/^[.']/gm, "\\&$&");
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
