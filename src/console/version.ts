/** Put in by the build: the page and its server come in one package. */
declare const CONSOLE_VERSION: string;

/** The version of the package, as package.json says it. */
export const VERSION: string = CONSOLE_VERSION;
