/** Completion of the command line, made from the commands themselves. */
import { Argument, type Command, type Option } from "commander";

/** A command by its words, and what may follow them. */
interface Node {
  /** The words after `secure-token`, joined by spaces. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly Option[];
}

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript };

/** `secure-token completion <shell>` */
export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .description(
      "Print a script that completes this command: `source <(secure-token completion bash)`.",
    )
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(SHELLS)))
    .action((shell: keyof typeof SHELLS) => {
      process.stdout.write(SHELLS[shell](nodesOf(program)));
    });
}

function nodesOf(program: Command): Node[] {
  const visit = (
    command: Command,
    words: readonly string[],
    inherited: readonly Option[],
  ): Node[] => {
    const options = [...command.options, ...inherited];
    const commands = command.commands.map((one) => ({
      name: one.name(),
      about: one.description().split(/[.:;] ?/)[0] ?? "",
    }));
    const below = command.commands.flatMap((one) => visit(one, [...words, one.name()], options));
    return [{ path: words.join(" "), commands, options }, ...below];
  };
  return visit(program, [], []);
}

/**
 * Follows the words that name commands, then offers what may follow. Files, after options that take them, are bash's own
 * to complete: it goes down folders, and quotes names with blanks.
 */
function bashScript(nodes: readonly Node[]): string {
  const cases = nodes.map(({ path, commands, options }) => {
    const words = [...commands.map(({ name }) => name), ...options.flatMap(spellings), "--help"];
    return `    '${path}') words='${words.join(" ")}' ;;`;
  });
  const known = nodes.slice(1).map(({ path }) => `'${path}'`);
  const takingFiles = nodes.flatMap(({ options }) => options.filter(takesFile));
  const files = [...new Set(takingFiles.flatMap(spellings))].join("|");
  return `_secure_token() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path= words= next i
  case $previous in
    ${files}) COMPREPLY=(); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${path:+$path }\${COMP_WORDS[i]}"
    case $next in
      ${known.join("|")}) path=$next ;;
    esac
  done
  case $path in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _secure_token secure-token
`;
}

/** zsh runs bash's functions for completion. */
function zshScript(nodes: readonly Node[]): string {
  return `autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(nodes)}`;
}

function fishScript(nodes: readonly Node[]): string {
  const lines = ["complete -c secure-token -f"];
  for (const { path, commands, options } of nodes) {
    const seen = path
      .split(" ")
      .filter(Boolean)
      .map((word) => `__fish_seen_subcommand_from ${word}`);
    const names = commands.map(({ name }) => name).join(" ");
    const here = [...seen, ...(names === "" ? [] : [`not __fish_seen_subcommand_from ${names}`])];
    for (const { name, about } of commands) {
      lines.push(
        `complete -c secure-token -n '${here.join("; and ")}' -a ${name} -d '${quoted(about)}'`,
      );
    }
    for (const option of options) {
      const short = option.short ? ` -s ${option.short.slice(1)}` : "";
      const value = takesFile(option) ? " -r -F" : option.required ? " -x" : "";
      const when = seen.length === 0 ? "" : ` -n '${seen.join("; and ")}'`;
      const about = quoted(option.description);
      lines.push(
        `complete -c secure-token${when} -l ${option.long?.slice(2)}${short}${value} -d '${about}'`,
      );
    }
  }
  return `${lines.join("\n")}\n`;
}

function spellings({ short, long }: Option): string[] {
  return [short, long].filter((name) => name !== undefined && name !== null) as string[];
}

function takesFile({ flags }: Option): boolean {
  return /<(file|path)>/.test(flags);
}

function quoted(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}
