/** The console in a page that is watched: whatever it should not do is remembered. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";

/** The console, open in a browser. */
export interface ConsolePage {
  readonly page: Page;
  /** A card, by its title. */
  card(title: "Generate" | "Inspect" | "Check" | "Refresh" | "Revoke" | "Batch"): Locator;
  /** Generates a token with what stands in the form, and gives it. */
  generate(): Promise<string>;
  /** Pastes a token to inspect. */
  paste(token: string): Promise<void>;
  /** The state that is shown, once it is `state`. */
  waitForState(state: string): Promise<void>;
  /** Violations of the policy, errors of scripts, and requests to anyone but the server. */
  problems(): readonly string[];
}

/** Opens `url` in a context of its own, which ends with the browser. */
export async function openConsole(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...options });
  // Chromium takes ten seconds for a thousand lines on a busy machine: this is for what never comes.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(`script: ${error}`));
  page.on("console", (message) => {
    // The browser itself says so of every answer that is an error, which is what some tests ask for.
    const refused = message.text().startsWith("Failed to load resource");
    if (!refused && ["error", "warning"].includes(message.type())) {
      problems.push(`console: ${message.text()}`);
    }
  });
  page.on("request", (request) => {
    const { origin, pathname, search } = new URL(request.url());
    if (origin !== new URL(url).origin) problems.push(`foreign request: ${origin}`);
    if (search !== "" || pathname.length > 100) problems.push(`telling URL: ${request.url()}`);
  });
  await page.exposeFunction("reportViolation", (text: string) => problems.push(`policy: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const { reportViolation } = globalThis as unknown as Record<string, (text: string) => void>;
      reportViolation?.(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  await page.goto(url);
  const card: ConsolePage["card"] = (title) =>
    page.getByRole("region", { name: title, exact: true });
  const tokenText = page.getByLabel("Token", { exact: true });
  return {
    page,
    card,
    async generate() {
      const before = await tokenText.inputValue();
      await page.getByRole("button", { name: "Generate token" }).click();
      await page.waitForFunction((before) => {
        const { value } = document.querySelector("#token") as HTMLTextAreaElement;
        return value !== "" && value !== before;
      }, before);
      return tokenText.inputValue();
    },
    paste: (token) => tokenText.fill(token),
    waitForState: (state) =>
      card("Inspect")
        .locator(".stamp")
        .filter({ hasText: new RegExp(`^${state}$`) })
        .waitFor(),
    problems: () => problems,
  };
}

/** The names and values of a list of facts, claims or error details. */
export async function readFacts(list: Locator): Promise<Record<string, string>> {
  const terms = await list.locator("dt").allInnerTexts();
  const values = await list.locator("dd").allInnerTexts();
  return Object.fromEntries(terms.map((term, i) => [term, values[i] ?? ""]));
}
