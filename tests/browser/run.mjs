// Reads reports in Chromium as a reader does: run.mjs FOLDER SAMESTORY [ARGUMENT…]
//
// FOLDER is for what the run writes; the rest is the command to run, to which `report …` is added. Run it where data/ is.
import { spawnSync } from "node:child_process";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SIZES, open, start } from "./browser.mjs";
import * as hostile from "./hostile.mjs";
import * as reading from "./reading.mjs";
import * as sound from "./sound.mjs";

const [folder, ...command] = process.argv.slice(2);
if (command.length === 0) {
  console.error("usage: run.mjs FOLDER SAMESTORY [ARGUMENT…]");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const browser = await start();
let failed = false;

/** Says how one page did. */
function tell(name, faults, began) {
  failed ||= faults.length > 0;
  const lines = faults.slice(0, 10).map((fault) => fault.slice(0, 300));
  console.log([`${name}: ${faults.length === 0 ? "ok" : `${faults.length} faults`} (${((Date.now() - began) / 1000).toFixed(1)} s)`, ...lines].join("\n  "));
}

/** Writes a report; the name of its file. */
function report(name, ...args) {
  const file = join(folder, `${name}.html`);
  const { status, error } = spawnSync(command[0], [...command.slice(1), "report", "-q", "-o", file, ...args], { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`samestory report ${args.join(" ")} ended with ${status ?? error}`);
  return file;
}

/** The checks of every report, at one size and in one scheme; `further` runs before the page is spent. */
async function checked(file, view, lang, further = async () => [], examine = true) {
  const faults = [];
  const seen = await open(browser, file, view);
  faults.push(...(await sound.outline(seen.page, lang)), ...(await sound.folded(seen.page, sound.width)));
  faults.push(...(await further(seen.page)), ...(await sound.policy(seen.page, seen.noise)));
  await seen.close();
  if (!examine) return faults;
  const examined = await open(browser, file, { ...view, bypassCSP: true });
  faults.push(...(await sound.folded(examined.page, sound.findings)));
  await examined.close();
  return faults;
}

/** The checks of a hostile page; the size makes no difference to axe, which is slow on it. */
async function withstood(name, file, size) {
  const faults = await checked(file, { size }, "ar", undefined, size === "phone");
  // Escaping must be enough alone, without the policy.
  for (const bypassCSP of [false, true]) {
    const { page, close } = await open(browser, file, { size, bypassCSP });
    faults.push(...(await hostile.harmless(page)));
    if (name === "hostile") faults.push(...(await hostile.printed(page)));
    await close();
  }
  return faults;
}

// A word as it is typed, and how the texts may spell it.
const words = [
  ["أوديسا", /[أا]وديسا/],
  ["ازمة الحبوب", /[أا]زمة[^]*الحبوب|الحبوب[^]*[أا]زمة/],
  ["GAZA", /gaza/i],
  ["qqqq", /(?!)/],
];

async function read(page) {
  const faults = [];
  for (const check of [reading.keyboard, (page) => reading.tools(page, words), reading.print, reading.directions, reading.marks]) faults.push(...(await check(page)));
  return faults;
}

for (const lang of ["ar", "en"]) {
  const file = report(lang, "data/calls", "--lang", lang);
  for (const size of Object.keys(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      const began = Date.now();
      tell(`${lang} ${size} ${colorScheme}`, await checked(file, { size, colorScheme }, lang, read), began);
    }
  }
  const began = Date.now();
  const still = await open(browser, file, { size: "phone", javaScriptEnabled: false });
  tell(`${lang} without scripts`, [...(await reading.bare(still.page)), ...still.noise], began);
  await still.close();
}

for (const [name, write] of Object.entries(hostile.CORPORA)) {
  const corpus = join(folder, `${name}.jsonl`);
  write(corpus);
  const file = report(name, corpus, "--lang", "ar");
  const bytes = statSync(file).size;
  for (const size of Object.keys(SIZES)) {
    const began = Date.now();
    // A page of tens of megabytes would take Chromium minutes.
    const faults = bytes > hostile.MOST_BYTES ? [`${bytes} bytes, more than ${hostile.MOST_BYTES}: not opened`] : await withstood(name, file, size);
    tell(`${name} ${size}`, faults, began);
  }
}

await browser.close();
process.exit(failed ? 1 : 0);
