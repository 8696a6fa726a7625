/** Takes the plot's picture, for readers that show no SVG. */
import { launchChromium } from "../test/support/chromium.js";

/** Renders an SVG, at twice its size. */
export async function renderPng(svg: string, file: string): Promise<void> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ deviceScaleFactor: 2, colorScheme: "light" });
    await page.setContent(`<body style="margin:0">${svg}</body>`);
    await page.locator("svg").screenshot({ path: file });
  } finally {
    await browser.close();
  }
}
