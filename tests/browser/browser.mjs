// Chromium as Debian packages it, and pages of reports in it.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

export const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };

/** Starts Chromium; its sandbox does not work for root. */
export async function start() {
  if (!existsSync(CHROMIUM)) {
    console.error(`${CHROMIUM} is not there: install Debian's package chromium`);
    process.exit(2);
  }
  return chromium.launch({ executablePath: CHROMIUM, args: process.getuid() === 0 ? ["--no-sandbox"] : [] });
}

/** Opens a file; `noise` collects all that a still page never does: messages, errors, requests, breaches of its policy. */
export async function open(browser, file, { size, colorScheme = "light", ...options }) {
  const url = pathToFileURL(file).href;
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, ...options });
  // An address of the web answers "no content", so that a click asks for it and the page stays.
  await context.route(/^https?:/, (route) => route.fulfill({ status: 204 }));
  await context.addInitScript(() => {
    window.breaches = [];
    document.addEventListener("securitypolicyviolation", (event) => window.breaches.push(event.violatedDirective));
  });
  const page = await context.newPage();
  const noise = [];
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && noise.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`));
  page.on("request", (request) => request.url().split("#")[0] === url || noise.push(`request: ${request.url()}`));
  await page.goto(url);
  return { page, noise, close: () => context.close() };
}

/** Opens or closes all details of the page. */
export const fold = (page, open) => page.evaluate((open) => document.querySelectorAll("details").forEach((each) => (each.open = open)), open);
