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
  const here = () => location.pathname + location.search;
  let request = null;
  let asked = here();
  let shown = here();
  let typed = false; // whether the words on show have an entry of their own in the history

  const open = (facets) => {
    for (const details of library.querySelectorAll("details")) {
      const key = details.id || details.className;
      if (facets.has(key)) details.open = facets.get(key);
    }
  };

  const show = async (address, { push, typing = false }) => {
    const { pathname, search } = new URL(address, location.href);
    asked = pathname + search;
    request?.abort();
    request = new AbortController();
    let page;
    try {
      const response = await fetch(address, { signal: request.signal, headers: typing ? { "X-Still-Typing": "yes" } : {} });
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
    const wasOpen = new Map([...library.querySelectorAll("details")].map((d) => [d.id || d.className, d.open]));
    const focused = document.activeElement;
    const place = focused && library.contains(focused) ? { id: focused.id, name: focused.name, value: focused.value } : null;
    const words = library.querySelector("#filter-q");
    const freshWords = fresh.querySelector("#filter-q");
    // Without choices the page only says what it did not understand: ours are still true.
    if (fresh.querySelector(".facet")) {
      library.querySelector(".filter-groups").replaceWith(fresh.querySelector(".filter-groups"));
    }
    library.querySelector(".library-results").replaceWith(fresh.querySelector(".library-results"));
    if (document.activeElement !== words) words.value = freshWords.value;
    open(wasOpen);
    if (place && place.id !== "filter-q") {
      const same = place.id
        ? document.getElementById(place.id)
        : [...library.querySelectorAll("input")].find((i) => i.name === place.name && i.value === place.value);
      // A link that is gone, a choice that is no longer offered: what was found is said first.
      const target = same && !same.disabled ? same : library.querySelector(".result-count");
      if (target && target !== same) target.tabIndex = -1;
      target?.focus();
    }
    const count = library.querySelector(".result-count");
    count?.removeAttribute("role");
    status.textContent = count?.textContent ?? "";
    for (const link of document.querySelectorAll(".language-nav a")) {
      link.search = search;
    }
    // Words make one entry of the history, however many letters they have.
    const isNew = push === "once" ? !typed : push;
    if (push) typed = push === "once";
    history[isNew ? "pushState" : "replaceState"](null, "", address);
    shown = here();
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
    else if (address() !== asked) show(address(), { push: "once" });
    // Found nothing: while somebody typed it was not counted, now it is.
    else if (library.querySelector(".no-practices")) fetch(address()).catch(() => {});
  });
  library.addEventListener("submit", (event) => {
    if (event.target.id !== "filters") return;
    event.preventDefault();
    clearTimeout(typing);
    // What was typed has been asked for already.
    if (address() !== asked) show(address(), { push: "once" });
  });
  library.addEventListener("click", (event) => {
    const link = event.target.closest(".chips a, .no-practices a, .pagination a, .view-switch a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    show(link.href, { push: true });
  });
  addEventListener("popstate", () => {
    // A link within the page, such as one that skips the map.
    if (here() === shown) return;
    typed = false;
    library.querySelector("#filter-q").value = new URLSearchParams(location.search).get("q") ?? "";
    show(location.href, { push: false });
  });
})();
