"use strict";

// The map of the communes tells in a panel beside it what each has: under the mouse, by the keyboard's focus, and at the
// first touch of a finger, the second of which opens the page. The themes act at once. Without this script each commune
// is a link, and the themes have a button.
(() => {
  let pointer = "mouse"; // what was last used: mouse, touch, pen or keys
  let touched = null; // the link whose panel a finger has opened

  const linkOf = (event) => event.target.closest?.(".map-drawing a");

  const show = (link) => {
    const map = link.closest(".map");
    const panel = map.querySelector(".map-panel");
    const detail = map.querySelector(`template[data-code="${link.dataset.code}"]`);
    if (!detail || panel.dataset.code === link.dataset.code) return;
    panel.dataset.code = link.dataset.code;
    panel.replaceChildren(detail.content.cloneNode(true));
    panel.hidden = false;
    map.querySelector(".map-reached").setAttribute("href", link.querySelector("use").getAttribute("href"));
  };

  const prepare = (root) => {
    for (const panel of root.querySelectorAll(".map-panel")) panel.hidden = false;
    // The panel says more than the browser's own little window, which would lie on the map.
    for (const title of root.querySelectorAll(".map-drawing title")) title.remove();
  };

  addEventListener("pointerdown", (event) => (pointer = event.pointerType), { capture: true });
  addEventListener("keydown", () => (pointer = "keys"), { capture: true });
  document.addEventListener("pointerover", (event) => {
    const link = linkOf(event);
    if (link && event.pointerType === "mouse") show(link);
  });
  document.addEventListener("focusin", (event) => {
    const link = linkOf(event);
    if (link && pointer !== "touch") show(link);
  });
  document.addEventListener("click", (event) => {
    const link = linkOf(event);
    if (!link || pointer !== "touch" || link === touched) return;
    event.preventDefault();
    touched = link;
    show(link);
  });
  prepare(document);
  // A map that another script has put into the page since.
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.querySelector?.(".map-panel[hidden]")) prepare(node);
    }
  }).observe(document.body, { childList: true, subtree: true });

  const themes = document.querySelector(".map-themes");
  if (!themes) return;
  themes.classList.add("acts-at-once");
  let request = null;
  themes.addEventListener("change", async () => {
    const query = new URLSearchParams(new FormData(themes)).toString();
    const address = new URL(themes.action).pathname + (query ? `?${query}` : "");
    request?.abort();
    request = new AbortController();
    try {
      const response = await fetch(address, { signal: request.signal });
      if (!response.ok) throw new Error(response.statusText);
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const part of [".map", ".cantons"]) document.querySelector(part).replaceWith(page.querySelector(part));
      // What was there stays, so that it is heard.
      document.querySelector(".map-counted").replaceChildren(...page.querySelector(".map-counted").childNodes);
      prepare(document);
      history.replaceState(null, "", address);
      for (const link of document.querySelectorAll(".language-nav a")) link.search = query;
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
    }
  });
})();
