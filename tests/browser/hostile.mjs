// Articles by somebody who means harm, and what a report of them may not do.
import { writeFileSync } from "node:fs";
import { fold } from "./browser.mjs";

/** Most bytes of a page of 500 articles. */
export const MOST_BYTES = 2_000_000;

const HIT = "window.hit=1";
const ATTACKS = [
  `<script>${HIT}</script>`,
  `<img src=x onerror=${HIT}>`,
  `"><svg onload=${HIT}>`,
  `' onmouseover='${HIT}' autofocus onfocus='${HIT}`,
  `" style="position:fixed;inset:0" onclick="${HIT}`,
  `</style><script>${HIT}</script>`,
  `</script><script>${HIT}</script>`,
  `</title></textarea></svg><iframe srcdoc="<script>parent.${HIT}</script>">`,
  `--><script>${HIT}</script><!-- never closed`,
  "<![CDATA[ <b><i><table><td><div><math><mtext>",
  `&lt;script&gt;${HIT}&lt;/script&gt; &#60;script&#62;`,
  `<a href="javascript:${HIT}">here</a>`,
  `<form action="javascript:${HIT}"><button autofocus>go</button></form>`,
  `<meta http-equiv="refresh" content="0;url=javascript:${HIT}"><base href="https://evil.example/">`,
  "{{ 7*7 }} {{ t.title }}",
  "{% raw %} {% include 'style.css' %} {# gone #}",
  "user\u202egpj.exe\u202c and \u2067isolated\u2069 \u202dleft\u202a \u202bx\u2066y\u2068z",
  "one\u2069\u2069\u2069\u202c\u202c\u202cafter",
  "bell\u0007 escape\u001b[31m nul\u0000 c1\u009b2J del\u007f form\u000c feed\u2028line\u2029",
  "zero\u200bwidth\u200cjoin\u200der\ufeff\u2060 soft\u00adhyphen \u{e0001}\u{e0041}tag",
  `Za${"\u0300\u0323\u0489".repeat(100)}lgo سلا${"\u064b\u0651".repeat(100)}م`,
  "👩‍👩‍👧‍👦 🏳️‍🌈 🇺🇳 👍🏿 \u{1f9d1}\u200d\u{1f680}",
];

/** Names and words longer than anybody's; one article in twenty has one. */
const LONG = ["w".repeat(5_000), "ش".repeat(5_000), "﷽".repeat(200), "-".repeat(2_000), `سلا${"\u064b\u0651".repeat(1_000)}م`];

const ADDRESSES = [
  `javascript:${HIT}`,
  ` JaVaScRiPt:${HIT}`,
  `java\nscript:${HIT}`,
  `\u0001javascript:${HIT}`,
  `data:text/html,<script>${HIT}</script>`,
  `vbscript:${HIT}`,
  "file:///etc/passwd",
  "//evil.example/",
  "blob:https://evil.example/1",
  `https://a.example/" onclick="${HIT}`,
  `https://a.example/'onclick='${HIT}`,
  `https://a.example/?q=<script>${HIT}</script>`,
  "https://a.example/\u202efdp.exe",
  `#" onfocus="${HIT}`,
  "https://a.example/{{ 7*7 }}",
  "https://user:secret@a.example:444/?a=1&lt;b=2&amp;c='3'#d",
  `https://a.example/${"p".repeat(3_000)}`,
];

/** A text of words that no other seed has. */
function words(seed, count) {
  const syllables = ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "da", "fe"];
  let state = seed * 2_654_435_761 + 1;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) >>> 8;
  return Array.from({ length: count }, () => Array.from({ length: 3 }, () => syllables[next() % syllables.length]).join(""));
}

const lines = (path, articles) => writeFileSync(path, articles.map((article) => JSON.stringify(article) + "\n").join(""));

/** Near copies by fives and articles alone, each with an attack of its own in every field. */
function hundreds(path) {
  const articles = [];
  for (let number = 0; number < 500; number++) {
    const group = number < 300 ? Math.floor(number / 5) : number;
    const attack = number % 20 === 7 ? LONG[Math.floor(number / 20) % LONG.length] : ATTACKS[(group + (number % 5) * 7) % ATTACKS.length];
    const [head, body, tail] = [words(group + 1, 8), words(group + 1000, 70), words(number + 5000, 12)];
    articles.push({
      id: `${attack} ${number}`,
      title: `${attack} ${head.join(" ")}`,
      text: number === 499 ? "" : `${body.slice(0, 40).join(" ")}. ${attack} ${tail.join(" ")}.\n${attack}\n${body.slice(40).join(" ")}.`,
      url: ADDRESSES[number % ADDRESSES.length],
      outlet: `${number} ${attack}`,
      published: `2024-05-${String(1 + (group % 28)).padStart(2, "0")}T0${number % 5}:00:00Z`,
      lang: ["en", "ar", attack, ""][number % 4],
    });
  }
  lines(path, articles);
}

/** Words of ten megabytes, in copies: as headline, in a text and as all of it, as address, as names, and a line of as many signs. */
function huge(path) {
  const word = "w".repeat(10_000_000);
  const [text, other] = [words(1, 90).join(" "), words(3, 90).join(" ")];
  const article = (number, fields) => ({ id: `huge-${number}`, outlet: `outlet ${number}`, published: "2024-05-01", url: "https://a.example/", ...fields });
  lines(path, [
    article(1, { title: word, text }),
    article(2, { title: "A headline", text: `${text} ${word}` }),
    article(3, { title: "A headline", text: `${text} ${words(2, 9).join(" ")}` }),
    article(4, { title: "A word", text: word }),
    article(5, { title: "A word", text: word }),
    article(6, { title: "An address", text: other, url: `https://a.example/${word}` }),
    article(7, { title: "A line", text: `${other} ${"-".repeat(word.length)}` }),
    article(8, { title: "Names", text: words(4, 90).join(" "), id: word, outlet: word }),
  ]);
}

/** What each corpus is called, and who writes it. */
export const CORPORA = { hostile: hundreds, huge };

/** Nothing that the articles say acts, and what they hide is seen. */
export async function harmless(page) {
  await fold(page, true);
  const faults = await page.evaluate(async () => {
    const faults = [];
    const own = new Set(["https:", "http:"]);
    const links = [...document.querySelectorAll("a")];
    for (const link of links) {
      const href = link.getAttribute("href");
      if (!href.startsWith("#") && !own.has(new URL(href, "about:blank").protocol)) faults.push(`address ${href.slice(0, 80)}`);
      if (!href.startsWith("#") && link.rel !== "noopener noreferrer") faults.push(`rel ${link.rel} of ${href.slice(0, 80)}`);
      if (href.startsWith("#") && !document.getElementById(href.slice(1))) faults.push(`leads nowhere: ${href.slice(0, 80)}`);
    }
    for (const element of document.querySelectorAll("*")) {
      for (const { name, value } of element.attributes) {
        const acts = /^(on|src|style$|action|formaction|data$|background|poster|ping|xlink|autofocus)/.test(name);
        if (acts || (name === "href" && element.localName !== "a")) faults.push(`<${element.localName} ${name}="${value.slice(0, 60)}">`);
      }
    }
    const strange = "iframe, object, embed, img, video, audio, base, math, foreignObject, link, textarea, button, form:not(.tools), style ~ style, script ~ script";
    for (const element of document.querySelectorAll(strange)) faults.push(`element ${element.localName}`);
    const hidden = /[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u.exec(document.documentElement.outerHTML);
    if (hidden) faults.push(`a raw character U+${hidden[0].codePointAt(0).toString(16)}`);
    for (const link of document.querySelectorAll("article.story h3 a, .alone > li a")) {
      link.click();
      await new Promise((done) => setTimeout(done));
    }
    if (window.hit !== undefined) faults.push("a script of an article ran");
    if (document.querySelectorAll("article.story").length === 0 || document.querySelectorAll(".sides").length === 0) faults.push("no story side by side");
    return faults.slice(0, 8);
  });
  await fold(page, false);
  return faults;
}

/** The attacks of the first corpus are there to be read, and not carried out. */
export function printed(page) {
  return page.evaluate(() => {
    const text = document.body.textContent;
    const due = ["<script>window.hit=1</script>", "{{ 7*7 }}", "{% raw %}", "{# gone #}", "⟦RLO⟧", "⟦PDI⟧", "⟦RLI⟧", "-->", "␛[31m", "👩‍👩‍👧‍👦"];
    return due.filter((each) => !text.includes(each)).map((each) => `not printed: ${each}`);
  });
}
