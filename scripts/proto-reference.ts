/** The schema as two documents: every RPC with its messages, and every error with its reasons. */

/** A declaration as `buf build` tells it in JSON, as far as it is told of here. */
interface Declared {
  readonly name: string;
  readonly number?: number;
  readonly type?: string;
  readonly typeName?: string;
  readonly label?: string;
  readonly inputType?: string;
  readonly outputType?: string;
  readonly serverStreaming?: boolean;
  readonly field?: readonly Declared[];
  readonly nestedType?: readonly Declared[];
  readonly value?: readonly Declared[];
  readonly method?: readonly Declared[];
}

/** A file of the image that `buf build` makes, with its comments. */
interface DeclaredFile {
  readonly name: string;
  readonly package: string;
  readonly service?: readonly Declared[];
  readonly messageType?: readonly Declared[];
  readonly enumType?: readonly Declared[];
  readonly sourceCodeInfo: {
    readonly location: readonly { path?: readonly number[]; leadingComments?: string }[];
  };
}

/** Field numbers of descriptor.proto, of which the path to a comment is made. */
const IN_FILE = { messageType: 4, enumType: 5, service: 6 };
const IN_MESSAGE = { field: 2, nestedType: 3 };
const IN_ENUM = { value: 2 };
const IN_SERVICE = { method: 2 };

/** The arguments of buf that give the image, as JSON. */
export const BUF_IMAGE = ["build", "-o", "-#format=json"] as const;

const GENERATED = "Made from the comments of [proto](../../proto) by `npm run generate:reference`.";

/** The documents by their names in docs/reference. @param image what buf has printed */
export function protoReference(image: string): ReadonlyMap<string, string> {
  const { file: files } = JSON.parse(image) as { file: DeclaredFile[] };
  const find = (name: string) => {
    const found = files.find((file) => file.name === `securetoken/v1/${name}`);
    if (found === undefined) throw new Error(`the schema has no ${name}`);
    return found;
  };
  return new Map([
    ["rpcs.md", rpcReference(find("token_service.proto"))],
    ["errors.md", errorReference(find("error.proto"))],
  ]);
}

/** docs/reference/rpcs.md. */
function rpcReference(file: DeclaredFile): string {
  const comment = commentsOf(file);
  const messages = (file.messageType ?? []).flatMap((message, i) =>
    describeMessage(message, [IN_FILE.messageType, i], comment, ""),
  );
  const parts = ["# RPCs", GENERATED];
  for (const [i, service] of (file.service ?? []).entries()) {
    const path = [IN_FILE.service, i];
    parts.push(`## ${file.package}.${service.name}`, comment(path));
    for (const [j, method] of (service.method ?? []).entries()) {
      const { name, inputType, outputType, serverStreaming } = method;
      const answer = `${serverStreaming ? "a stream of " : ""}${linkTo(outputType)}`;
      parts.push(
        `### ${name}`,
        comment([...path, IN_SERVICE.method, j]),
        `Takes ${linkTo(inputType)}, gives ${answer}.`,
      );
    }
  }
  parts.push("## Messages", ...messages, ...describeEnums(file, comment));
  return `${parts.join("\n\n")}\n`;
}

/** docs/reference/errors.md. */
function errorReference(file: DeclaredFile): string {
  const comment = commentsOf(file);
  const parts = ["# Errors", GENERATED];
  for (const [i, message] of (file.messageType ?? []).entries()) {
    parts.push(...describeMessage(message, [IN_FILE.messageType, i], comment, ""));
  }
  parts.push(...describeEnums(file, comment));
  return `${parts.join("\n\n")}\n`;
}

type Comment = (path: readonly number[]) => string;

/** A message with its fields, and those that are declared within it, but for the entries of maps. */
function describeMessage(
  { name, field = [], nestedType = [] }: Declared,
  path: readonly number[],
  comment: Comment,
  outer: string,
): string[] {
  const rows = field.map((it, i) => [
    `\`${it.name}\``,
    typeOf(it),
    comment([...path, IN_MESSAGE.field, i]),
  ]);
  const fields = rows.length > 0 ? table(["field", "type", "means"], rows) : "No fields.";
  const within = nestedType.flatMap((nested, i) =>
    describeMessage(nested, [...path, IN_MESSAGE.nestedType, i], comment, `${outer}${name}.`),
  );
  return [`### ${outer}${name}`, comment(path), fields, ...within];
}

function describeEnums({ enumType = [] }: DeclaredFile, comment: Comment): string[] {
  return enumType.flatMap(({ name, value = [] }, i) => {
    const path = [IN_FILE.enumType, i];
    const rows = value.map((it, j) => [
      `\`${it.name}\``,
      String(it.number ?? 0),
      comment([...path, IN_ENUM.value, j]),
    ]);
    return [`### ${name}`, comment(path), table(["value", "number", "means"], rows)];
  });
}

function typeOf({ type = "", typeName, label }: Declared): string {
  const name = typeName === undefined ? type.slice("TYPE_".length).toLowerCase() : linkTo(typeName);
  return label === "LABEL_REPEATED" ? `repeated ${name}` : name;
}

/** The heading of a message or enum of ours; others by their names. */
function linkTo(typeName = ""): string {
  const name = typeName.slice(1);
  const own = /^securetoken\.v1\.(.*)$/.exec(name)?.[1];
  if (own === undefined) return `\`${name}\``;
  const file = own.startsWith("TokenError") || own.endsWith("Reason") ? "errors.md" : "";
  return `[${own}](${file}#${own.toLowerCase().replaceAll(".", "")})`;
}

/** Where a paragraph begins: behind an empty line, and at the lines that every RPC's comment has. */
const PARAGRAPH = /\n\s*\n|\n\s*(?=(?:Errors|Who may call):)/;

/** Comments by the path of what they stand before, each paragraph on one line. */
function commentsOf({ sourceCodeInfo }: DeclaredFile): Comment {
  const comments = new Map(
    sourceCodeInfo.location.map(({ path = [], leadingComments = "" }) => [
      path.join(),
      leadingComments,
    ]),
  );
  return (path) => {
    const paragraphs = (comments.get(path.join()) ?? "").trim().split(PARAGRAPH);
    return paragraphs.map((text) => text.trim().replaceAll(/\s*\n\s*/g, " ")).join("\n\n");
  };
}

/** A table whose columns are as wide as the formatter wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) =>
    row.map((cell) => cell.replaceAll("\n\n", "<br>").replaceAll("|", "\\|")),
  );
  const widths = head.map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = line(widths.map((width) => "-".repeat(width)));
  const [first = [], ...others] = cells;
  return [line(first), rule, ...others.map(line)].join("\n");
}
