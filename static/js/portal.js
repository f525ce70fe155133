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
