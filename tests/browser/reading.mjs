// How a report is read: by keyboard, with its tools, on paper, in both directions. Each check returns its faults as lines.

/** Tab reaches every story, summary and article alone, in order and seen; Enter opens a summary. */
export async function keyboard(page) {
  const stops = await page.evaluate(() => {
    window.visited = [];
    document.addEventListener("focusin", ({ target }) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(target);
      const { left, right, width, height } = target.getBoundingClientRect();
      const seen = outlineStyle !== "none" && parseFloat(outlineWidth) > 0 && width > 0 && height > 0 && right > 0 && left < innerWidth;
      window.visited.push({ target, seen });
    });
    return document.querySelectorAll("a, summary, input, select, [tabindex]").length;
  });
  for (let press = 0; press < stops; press++) await page.keyboard.press("Tab");
  const faults = await page.evaluate(() => {
    // The walk may go past the end and begin anew.
    const again = visited.findIndex(({ target }, at) => at > 0 && target === visited[0].target);
    const walk = again > 0 ? visited.slice(0, again) : visited;
    const name = (element) => element.outerHTML.slice(0, 100);
    const faults = walk.filter(({ seen }) => !seen).map(({ target }) => `focus is not seen on ${name(target)}`);
    const before = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING;
    walk.forEach(({ target }, at) => at > 0 && !before(walk[at - 1].target, target) && faults.push(`out of order: ${name(target)}`));
    const reached = new Set(walk.map(({ target }) => target));
    const shown = [...document.querySelectorAll("article.story h3 a, summary, .alone > li a")].filter((each) => each.checkVisibility());
    for (const element of shown) if (!reached.has(element)) faults.push(`not reached: ${name(element)}`);
    return faults.slice(0, 5);
  });
  const summary = page.locator("article summary").first();
  await summary.focus();
  await page.keyboard.press("Enter");
  const opened = await summary.evaluate((each) => each.parentElement.open);
  return opened ? faults : [...faults, "Enter opens no summary"];
}

/** The search box hides what lacks its words, and sorting moves list and contents alike. */
export async function tools(page, words) {
  const faults = [];
  const state = () =>
    page.evaluate(() => {
      const shown = (element) => element.checkVisibility();
      const items = [...document.querySelectorAll("#list > article, .alone > li")];
      const stories = [...document.querySelectorAll("#list > article")];
      const contents = [...document.querySelectorAll(".contents > li")];
      return {
        items: items.map((item) => ({ text: item.textContent, shown: shown(item) })),
        order: stories.map((story) => story.id),
        dates: stories.map((story) => (story.dataset.first === "" ? -Infinity : Number(story.dataset.first))),
        listed: stories.filter(shown).map((story) => "#" + story.id).join(),
        contents: contents.filter(shown).map((item) => item.querySelector("a").hash).join(),
        found: document.getElementById("found").textContent,
      };
    });
  const all = await state();
  for (const [typed, pattern] of words) {
    await page.fill("#search", typed);
    const now = await state();
    const due = now.items.filter(({ text }) => pattern.test(text));
    if (pattern.source !== "(?!)" && (due.length === 0 || due.length === now.items.length)) faults.push(`${typed} tells nothing apart`);
    for (const { text, shown } of now.items) if (shown !== pattern.test(text)) faults.push(`${typed}: ${shown ? "shown" : "hidden"}: ${text.trim().slice(0, 60)}`);
    if (now.found !== String(due.length)) faults.push(`${typed}: it says ${now.found} of ${due.length}`);
    if (now.listed !== now.contents) faults.push(`${typed}: list and contents differ`);
  }
  await page.fill("#search", "");
  const cleared = await state();
  if (cleared.found !== "" || cleared.items.some(({ shown }) => !shown)) faults.push("clearing does not show all");
  await page.selectOption("#sort", "first");
  const newest = await state();
  if (newest.dates.some((date, at) => at > 0 && date > newest.dates[at - 1])) faults.push(`not by date: ${newest.dates}`);
  if (newest.order.join() === all.order.join()) faults.push("sorting by date moves nothing");
  if (newest.listed !== newest.contents) faults.push("sorted list and contents differ");
  await page.selectOption("#sort", "order");
  if ((await state()).order.join() !== all.order.join()) faults.push("sorting back does not give the first order");
  return faults;
}

/** All stories are there without the tools, as on paper and without scripts. */
export function bare(page) {
  return page.evaluate(() => {
    const faults = [];
    const items = document.querySelectorAll("article.story, article.story h3 a, .report .title a, .timeline svg, .matrix svg, .alone > li a, h1, #articles");
    for (const item of items) if (!item.checkVisibility({ visibilityProperty: true, opacityProperty: true })) faults.push(`hidden: ${item.outerHTML.slice(0, 100)}`);
    if (document.querySelectorAll("article.story").length === 0) faults.push("no story");
    if (document.querySelector(".tools").checkVisibility()) faults.push("the tools are shown");
    return faults.slice(0, 5);
  });
}

/** On paper: black on white in either scheme. */
export async function print(page) {
  await page.emulateMedia({ media: "print" });
  const faults = await bare(page);
  const colors = await page.evaluate(() => [getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor].join());
  await page.emulateMedia({ media: "screen" });
  return colors === "rgb(0, 0, 0),rgb(255, 255, 255)" ? faults : [...faults, `colors on paper: ${colors}`];
}

/** Each text runs as its first letter does, and figures keep to themselves. */
export function directions(page) {
  return page.evaluate(() => {
    const faults = [];
    if (getComputedStyle(document.body).direction !== document.documentElement.dir) faults.push("the body does not run as the page");
    const count = { rtl: 0, ltr: 0 };
    // What is isolated inside has no say.
    const own = (element) => [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : node.matches?.("bdi, [dir]") ? "" : own(node))).join("");
    for (const element of document.querySelectorAll("[dir=auto], bdi:not([dir])")) {
      const letter = /\p{L}/u.exec(own(element))?.[0];
      const due = letter && /[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(letter) ? "rtl" : "ltr";
      if (letter) count[due] += 1;
      const { direction } = getComputedStyle(element);
      if (letter && direction !== due) faults.push(`${direction}: ${element.outerHTML.slice(0, 100)}`);
    }
    if (count.rtl === 0 || count.ltr === 0) faults.push(`texts of one direction only: ${JSON.stringify(count)}`);
    const scored = [...document.querySelectorAll(".tier, .role b")];
    if (scored.length === 0) faults.push("no scores");
    for (const element of scored) {
      const score = element.querySelector("bdi");
      const { direction, unicodeBidi } = score ? getComputedStyle(score) : {};
      const whole = /^\d{1,3}%$/.test(score?.textContent) && !/\d/.test(own(element));
      if (!whole || direction !== "ltr" || unicodeBidi !== "isolate") faults.push(`score ${element.outerHTML}: ${direction}, ${unicodeBidi}`);
    }
    return faults.slice(0, 5);
  });
}

/** No mark begins or ends inside a word: a browser joins Arabic letters across the edge, an eye does not. */
export function marks(page) {
  return page.evaluate(() => {
    const faults = [];
    const inside = (before, after) => /[\p{L}\p{M}\u0640]$/u.test(before) && /^[\p{L}\p{M}\u0640]/u.test(after);
    const count = { ar: 0, other: 0 };
    for (const side of document.querySelectorAll(".sides > .side")) {
      const walker = document.createTreeWalker(side, NodeFilter.SHOW_TEXT);
      const nodes = [];
      while (walker.nextNode()) nodes.push(walker.currentNode);
      nodes.forEach((node, at) => {
        if (node.parentElement.localName === "mark") count[side.lang === "ar" ? "ar" : "other"] += 1;
        if (at === 0) return;
        const before = nodes[at - 1];
        const edge = [before, node].some((each) => each.parentElement.localName === "mark");
        if (edge && inside(before.data, node.data)) faults.push(`a mark cuts a word: ${before.data.slice(-20)}|${node.data.slice(0, 20)}`);
      });
    }
    if (count.ar === 0 || count.other === 0) faults.push(`marks in one script only: ${JSON.stringify(count)}`);
    return faults.slice(0, 5);
  });
}
