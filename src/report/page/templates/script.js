"use strict";
(() => {
  const tools = document.querySelector(".tools");
  if (!tools) return;
  const list = document.getElementById("list");
  const stories = [...list.children];
  const links = [...document.querySelectorAll(".contents > li")];
  const alone = [...document.querySelectorAll(".alone > li")];
  const search = document.getElementById("search");
  const fold = (text) => text.normalize("NFKD").replace(/\p{M}|\u0640/gu, "").replace(/ٱ/g, "ا").replace(/ى/g, "ي").toLowerCase();
  const texts = new Map();
  const text = (element) => texts.get(element) ?? texts.set(element, fold(element.textContent)).get(element);
  const filter = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const hits = (element) => words.every((word) => text(element).includes(word));
    let found = 0;
    for (const element of [...stories, ...alone]) {
      const hit = hits(element);
      element.hidden = !hit;
      found += hit;
    }
    for (const link of links) link.hidden = document.querySelector(link.firstElementChild.hash).hidden;
    document.getElementById("found").textContent = words.length ? String(found) : "";
  };
  const sort = (by) => {
    const value = (story) => (story.dataset[by] === "" ? -Infinity : Number(story.dataset[by]));
    const order = (a, b) => (by === "order" ? value(a) - value(b) : value(b) - value(a) || a.dataset.order - b.dataset.order);
    list.append(...stories.sort(order));
    const place = new Map(stories.map((story, at) => ["#" + story.id, at]));
    const item = (link) => place.get(link.firstElementChild.hash);
    document.querySelector(".contents").append(...links.sort((a, b) => item(a) - item(b)));
  };
  tools.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", filter);
  document.getElementById("sort").addEventListener("change", (event) => sort(event.target.value));
  tools.hidden = false;
})();
