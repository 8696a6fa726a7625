/** What a person who starts the server on a terminal sees. */

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
}

/** The address, the key's id, and a line to paste. */
export function startupBanner({ url, keyId, ephemeral, console }: BannerFacts): string {
  const lines = [
    `Secure Token answers gRPC, gRPC-Web and Connect on ${url}`,
    `Key ${keyId}${ephemeral ? " (ephemeral: set SECRET_KEY and SALT to keep tokens)" : ""}`,
    ...(console ? ["Open it in a browser for the console."] : []),
    "",
    "Issue a token:",
    `  npx buf curl ${url}/securetoken.v1.TokenService/GenerateToken -d '{"userId":"user_123"}'`,
    "",
  ];
  return `${lines.join("\n")}\n`;
}
