// Draws the pictures of data/screens anew: screens.mjs SAMESTORY [ARGUMENT…]
//
// Run it where data/ is, from a folder that has the packages; pngquant (Debian) makes eight-bit pictures of what Chromium draws.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { open, start } from "./browser.mjs";

const FOLDER = "data/screens";
const MOST_BYTES = 120_000;

const PICTURES = [
  { name: "report-ar-phone", lang: "ar", size: "phone", story: "#s2", height: 1340 },
  { name: "report-en-desktop", lang: "en", size: "desktop", story: "#s5", height: 1225, beside: 1 },
];

/** Runs a program, which must do well. */
function run(program, ...args) {
  const { status, error } = spawnSync(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${program} ended with ${status ?? error}`);
}

const [program, ...args] = process.argv.slice(2);
if (program === undefined) {
  console.error("usage: screens.mjs SAMESTORY [ARGUMENT…]");
  process.exit(2);
}
mkdirSync(FOLDER, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), "screens-"));
const browser = await start();
for (const { name, lang, size, story, height, beside } of PICTURES) {
  const [page, drawn, kept] = [join(scratch, `${name}.html`), join(scratch, `${name}.png`), join(FOLDER, `${name}.png`)];
  run(program, ...args, "report", "-q", "-o", page, "data/calls", "--lang", lang);
  const { page: tab } = await open(browser, page, { size });
  if (beside !== undefined) await tab.locator(`${story} .report details`).nth(beside).evaluate((details) => (details.open = true));
  const { x, y, width } = await tab.locator(story).boundingBox();
  const margin = 12;
  const clip = { x: x - margin, y: y - margin, width: width + 2 * margin, height };
  await tab.screenshot({ path: drawn, clip, fullPage: true });
  run("pngquant", "--force", "--strip", "--output", kept, "256", drawn);
  const bytes = statSync(kept).size;
  if (bytes > MOST_BYTES) throw new Error(`${kept} has ${bytes} bytes, more than ${MOST_BYTES}`);
  console.log(`${kept}: ${bytes} bytes`);
}
await browser.close();
rmSync(scratch, { recursive: true });
