"use strict";

// The library narrows in place: the form asks for the same page, and its list and filters take the place of ours. The
// address bar follows, so every list can be sent to a colleague. When anything fails, the browser goes there itself.
(() => {
  const library = document.getElementById("library");
  if (!library) return;
  // Says what was found: a status that stays is heard, one that comes together with its text may not be.
  const status = document.createElement("p");
  status.id = "library-status";
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  library.append(status);
  const REPLACED = [".library-header", ".library-results"];
  const here = () => location.pathname + location.search;
  let request = null;
  let asked = here();
  let shown = here();
  let typed = false; // whether the words on show have an entry of their own in the history

  const allDetails = (root) => [...root.querySelectorAll(".filters details")];
  const nameOf = (details) => details.id || details.className;

  const show = async (address, { push, typing = false }) => {
    const { pathname, search } = new URL(address, location.href);
    asked = pathname + search;
    request?.abort();
    request = new AbortController();
    let page;
    try {
      const url = new URL(address, location.href);
      if (typing) url.searchParams.set("typing", "yes");
      const response = await fetch(url, { signal: request.signal });
      page = new DOMParser().parseFromString(await response.text(), "text/html");
    } catch (error) {
      if (error.name !== "AbortError") location.assign(address);
      return;
    }
    const fresh = page.getElementById("library");
    if (!fresh) {
      location.assign(address);
      return;
    }
    const wasOpen = new Map(allDetails(library).map((details) => [nameOf(details), details.open]));
    const focused = document.activeElement;
    const place = focused && library.contains(focused) ? { id: focused.id, name: focused.name, value: focused.value } : null;
    const wasSubmit = focused?.closest(".filter-submit");
    const words = library.querySelector("#filter-q");
    const freshWords = fresh.querySelector("#filter-q");
    library.querySelector(".filter-bar").replaceWith(fresh.querySelector(".filter-bar"));
    for (const part of REPLACED) library.querySelector(part).replaceWith(fresh.querySelector(part));
    if (document.activeElement !== words) words.value = freshWords.value;
    const view = library.querySelector(".filters > input[name=view]");
    const freshView = fresh.querySelector(".filters > input[name=view]");
    view?.remove();
    if (freshView) library.querySelector(".filter-bar").before(freshView);
    for (const details of allDetails(library)) {
      if (wasOpen.has(nameOf(details))) details.open = wasOpen.get(nameOf(details));
    }
    document.title = page.title;
    if (place && place.id !== "filter-q" && !wasSubmit) {
      const same = place.id
        ? document.getElementById(place.id)
        : [...library.querySelectorAll("input")].find((i) => i.name === place.name && i.value === place.value);
      // A choice that moved into a part that is closed.
      for (let part = same?.parentElement?.closest("details"); part; part = part.parentElement.closest("details")) {
        part.open = true;
      }
      // A link that is gone, a choice that is no longer offered: what was found is said first.
      if (same) same.focus();
      else toResults();
    }
    const count = library.querySelector(".result-count");
    count?.removeAttribute("role");
    status.textContent = count?.textContent ?? "";
    for (const link of document.querySelectorAll(".language-nav a")) link.search = search;
    // Words make one entry of the history, however many letters they have.
    const isNew = push === "once" ? !typed : push;
    if (push) typed = push === "once";
    history[isNew ? "pushState" : "replaceState"](null, "", address);
    shown = here();
  };

  const toResults = () => {
    const count = library.querySelector(".result-count, .error-summary");
    if (!count) return;
    count.tabIndex = -1;
    count.focus();
  };

  const address = () => {
    const form = library.querySelector("form");
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value !== "")).toString();
    return form.getAttribute("action") + (query ? `?${query}` : "");
  };

  let typing;
  library.addEventListener("input", (event) => {
    if (event.target.id !== "filter-q") return;
    clearTimeout(typing);
    typing = setTimeout(() => show(address(), { push: "once", typing: true }), 250);
  });
  library.addEventListener("change", (event) => {
    if (event.target.closest("form")?.id !== "filters") return;
    clearTimeout(typing);
    if (event.target.id !== "filter-q") show(address(), { push: true });
    // The words are complete: what they name elsewhere is looked for now, and an empty search is counted.
    else show(address(), { push: "once" });
  });
  library.addEventListener("submit", async (event) => {
    if (event.target.id !== "filters") return;
    event.preventDefault();
    clearTimeout(typing);
    if (address() !== asked) await show(address(), { push: "once" });
    const sheet = library.querySelector(".filter-sheet");
    if (event.submitter?.closest(".filter-submit") && getComputedStyle(sheet.querySelector(".filter-groups")).position === "fixed") {
      sheet.open = false;
    }
    if (event.submitter?.closest(".filter-submit")) toResults();
  });
  library.addEventListener("click", (event) => {
    const link = event.target.closest(".chips a, .no-practices a[href^='?'], .pagination a, .view-link");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.href, { push: true });
  });
  // The sheet lies over the page: Escape closes it and returns to the button that opened it.
  library.addEventListener("keydown", (event) => {
    const sheet = event.target.closest(".filter-sheet[open]");
    if (event.key !== "Escape" || !sheet || getComputedStyle(sheet.querySelector(".filter-groups")).position !== "fixed") return;
    sheet.open = false;
    sheet.querySelector("summary").focus();
  });
  addEventListener("popstate", () => {
    // A link within the page, such as one that skips the map.
    if (here() === shown) return;
    typed = false;
    library.querySelector("#filter-q").value = new URLSearchParams(location.search).get("q") ?? "";
    show(location.href, { push: false });
  });
})();
