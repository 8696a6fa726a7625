/** A mistake that watched verification must not make, in one language. */

/** A mistake. */
export interface Mutation {
  /** A driver that has the mistake then. */
  readonly driver: string;
  /** What is done wrong. */
  readonly mistake: string;
  /** The script that is to notice it: it is tried first. */
  readonly noticedBy: string;
  /** Relative to the project. */
  readonly file: string;
  /** Each text stands in the file once, and is replaced by the other. */
  readonly edits: readonly (readonly [right: string, wrong: string])[];
}

type Edits = readonly [file: string, ...edits: (readonly [right: string, wrong: string])[]];

/** The folders of the verifiers. */
export const TYPESCRIPT = "src/client/verifier";
export const PYTHON = "gen/python/src/secure_token_client/watch";
export const GO = "gen/go/securetoken";
export const JAVA = "gen/java/src/main/java/dev/securetoken";
export const RUST = "gen/rust/src/watch";

/** One mistake in each of these languages, by driver. */
export function mistake(
  mistake: string,
  noticedBy: string,
  inLanguages: Readonly<Record<string, Edits>>,
): Mutation[] {
  return Object.entries(inLanguages).map(([driver, [file, ...edits]]) => ({
    driver,
    mistake,
    noticedBy,
    file,
    edits,
  }));
}

/** What is in the file, with the mistake. Throws where one of the texts does not stand there once. */
export function makeMistake({ file, edits }: Mutation, right: string): string {
  return edits.reduce((text, [before, after]) => {
    const parts = text.split(before);
    if (parts.length !== 2) {
      throw new Error(`stands in ${file} ${parts.length - 1} times, not once: ${before}`);
    }
    return parts.join(after);
  }, right);
}
