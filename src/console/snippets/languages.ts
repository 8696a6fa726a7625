/** The languages that calls are shown in, and the one that was chosen last. */
import { bufCurl } from "./buf-curl.js";
import type { CallText, Setting } from "./calls.js";
import { command } from "./command.js";
import { curl } from "./curl.js";
import { go } from "./go.js";
import { java } from "./java.js";
import { python } from "./python.js";
import { rust } from "./rust.js";
import { typeScript } from "./typescript.js";

/** In the order in which they are offered. */
export const LANGUAGES = {
  "buf curl": bufCurl,
  curl,
  Command: command,
  TypeScript: typeScript,
  Python: python,
  Go: go,
  Java: java,
  Rust: rust,
} satisfies Record<string, (calls: readonly CallText[], setting: Setting) => string>;

/** What lines to copy are written in. */
export type Language = keyof typeof LANGUAGES;

const KEY = "language";

/** The language that was chosen in this browser. Default: the first. */
export function rememberedLanguage(): Language {
  const name = read();
  return name !== null && Object.hasOwn(LANGUAGES, name) ? (name as Language) : "buf curl";
}

/** Remembers a choice, where the browser lets pages do so. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // The choice holds until the page is left.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
