// What holds for every report, whatever it is about. Each check returns its faults as lines.
import axe from "axe-core";
import { fold } from "./browser.mjs";

/** The page is still, and its policy is in force. Call it last: the proof breaks the policy. */
export async function policy(page, noise) {
  const faults = [...noise, ...(await page.evaluate(() => window.breaches.map((name) => `breach of ${name} on load`)))];
  const proof = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    const button = document.createElement("button");
    button.setAttribute("onclick", "window.ran = true");
    document.body.append(button);
    button.click();
    await new Promise((done) => setTimeout(done));
    return { ran: window.ran === true, breaches: window.breaches.length };
  });
  if (proof.ran || proof.breaches < 2) faults.push(`the policy let a script in: ${JSON.stringify(proof)}`);
  return faults;
}

/** Nothing is wider than the window, but for what scrolls in its own frame. */
export function width(page) {
  return page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    const faults = scrollWidth > innerWidth ? [`the page is ${scrollWidth} wide in a window of ${innerWidth}`] : [];
    for (const element of document.querySelectorAll("body *:not(.wide *, .skip, .skip *)")) {
      const { left, right, width } = element.getBoundingClientRect();
      if (width > 0 && (left < -1 || right > innerWidth + 1)) faults.push(`sticks out: ${element.outerHTML.slice(0, 120)}`);
    }
    return faults.slice(0, 5);
  });
}

/** Headings, landmarks, language and direction. */
export function outline(page, lang) {
  return page.evaluate((lang) => {
    const faults = [];
    const root = document.documentElement;
    const levels = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) => Number(heading.localName[1]));
    if (levels.filter((level) => level === 1).length !== 1 || levels[0] !== 1) faults.push("not one h1 in front");
    levels.forEach((level, at) => at > 0 && level > levels[at - 1] + 1 && faults.push(`h${level} after h${levels[at - 1]}`));
    const marks = document.querySelectorAll("article.story").length > 0 ? ["main", "header", "footer", "nav"] : ["main", "header", "footer"];
    for (const name of marks) if (document.querySelectorAll(`${name}:not(article *)`).length !== 1) faults.push(`not one ${name}`);
    if (lang && root.lang !== lang) faults.push(`lang is ${root.lang}`);
    if (root.dir !== (root.lang === "ar" ? "rtl" : "ltr")) faults.push(`dir is ${root.dir} of ${root.lang}`);
    return faults;
  }, lang);
}

/** Findings of axe that matter; its page needs `bypassCSP`. */
export async function findings(page) {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run({
      runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"],
      resultTypes: ["violations"],
    });
    const grave = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
    return grave.map(({ id, nodes }) => `axe ${id}, ${nodes.length} times: ${nodes[0].html.slice(0, 150)} ${nodes[0].failureSummary}`);
  });
}

/** Runs a check with all details closed and with all open. */
export async function folded(page, check) {
  const faults = [];
  for (const open of [false, true]) {
    await fold(page, open);
    faults.push(...(await check(page)).map((fault) => `${open ? "open" : "closed"}: ${fault}`));
  }
  await fold(page, false);
  return faults;
}
