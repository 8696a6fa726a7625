/** The part of the npm package `fernet`, which ships no types, that tests and the benchmark use. */
declare module "fernet" {
  /** A 32-byte key, from base64url. */
  class Secret {
    constructor(base64url: string);
  }
  interface TokenOptions {
    secret: Secret;
    token?: string | undefined;
    /** Seconds; 0: tokens do not age. */
    ttl?: number;
    /** When the token is made: ISO 8601. */
    time?: string;
  }
  /** A token, to be encoded or decoded. */
  class Token {
    constructor(options: TokenOptions);
    /** When the token was made, once decoded. */
    readonly time: Date;
    encode(message: string): string;
    decode(): string;
  }
  const fernet: { Secret: typeof Secret; Token: typeof Token };
  export default fernet;
}
