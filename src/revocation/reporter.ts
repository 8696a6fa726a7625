/** Whom what happens to revocations is told; a pino logger is one. No call holds an id or a credential. */
export interface Reporter {
  info(facts: object, text: string): void;
  warn(facts: object, text: string): void;
  error(facts: object, text: string): void;
}
