/** What a person who starts the server on a terminal sees. */
import { VERSION } from "./version.js";

/** Facts to show. */
export interface BannerFacts {
  /** Where the server answers. */
  readonly url: string;
  /** The primary key's id. */
  readonly keyId: string;
  /** Whether the key ends with the process. */
  readonly ephemeral: boolean;
  /** Whether there is a console at the address. */
  readonly console: boolean;
  /** The process that signals go to. */
  readonly pid: number;
}

/** The address, the key's id, and a line to paste. */
export function startupBanner({ url, keyId, ephemeral, console, pid }: BannerFacts): string {
  const lines = [
    `Secure Token ${VERSION} answers gRPC, gRPC-Web and Connect on ${url} (process ${pid})`,
    `Key ${keyId}${ephemeral ? " (ephemeral: set SECRET_KEY and SALT to keep tokens)" : ""}`,
    ...(console ? ["Open it in a browser for the console."] : []),
    "",
    "Issue a token:",
    `  npx buf curl ${url}/securetoken.v1.TokenService/GenerateToken -d '{"userId":"user_123"}'`,
    "",
  ];
  return `${lines.join("\n")}\n`;
}
