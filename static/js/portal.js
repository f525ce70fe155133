"use strict";

// Whoever changes the language stays where they were on the page. The place travels behind the # of the address:
// nothing is stored, and without this script the other language simply begins at the top.
(() => {
  const mark = "#place=";
  if (location.hash.startsWith(mark)) {
    const part = Number.parseFloat(location.hash.slice(mark.length));
    history.replaceState(null, "", location.pathname + location.search);
    if (part > 0) {
      addEventListener("load", () => scrollTo(0, part * document.documentElement.scrollHeight), { once: true });
    }
  }
  document.querySelector(".language-nav")?.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    const part = scrollY / document.documentElement.scrollHeight;
    if (link && part > 0) link.hash = mark + part.toFixed(4);
  });
})();

// Staff find *Edit* on the page of what they may change. The page is the same for everyone, so it asks the desk, and only
// where a cookie says that this browser comes from there.
(() => {
  const { editLink } = document.currentScript.dataset;
  if (!editLink || !/(?:^|;\s*)desk=1(?:;|$)/.test(document.cookie)) return;
  const path = encodeURIComponent(location.pathname + location.hash);
  fetch(`${editLink}?path=${path}`, { redirect: "error" })
    .then((response) => (response.status === 200 ? response.json() : null))
    .then((found) => {
      if (!found) return;
      const link = Object.assign(document.createElement("a"), { href: found.url, textContent: found.label });
      const line = Object.assign(document.createElement("p"), { className: "edit-link frame" });
      line.append(link);
      document.querySelector(".site-header").append(line);
    })
    .catch(() => {});
})();
