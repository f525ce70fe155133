"use strict";

// What a visitor may do with a factsheet, and with several: print, share, copy the address, keep a selection. The selection
// is a list of slugs in this browser's storage. It is written only when somebody puts something into it, and removed with
// the last one. Without this script the page is whole; these buttons are not shown.
(() => {
  const KEY = "selection";
  const status = document.querySelector(".next-status");
  const practice = document.querySelector("[data-practice]")?.dataset.practice;
  const page = document.querySelector("[data-selection]");

  const kept = () => {
    try {
      const slugs = JSON.parse(localStorage.getItem(KEY) ?? "[]");
      return Array.isArray(slugs) ? slugs.filter((slug) => /^[-a-z0-9_]+$/.test(slug)) : [];
    } catch {
      return [];
    }
  };
  const keep = (slugs) => {
    if (slugs.length) localStorage.setItem(KEY, JSON.stringify(slugs));
    else localStorage.removeItem(KEY);
  };
  const addressOf = (slugs) => `?${new URLSearchParams(slugs.map((slug) => ["practice", slug]))}`;
  const address = () => location.origin + location.pathname + (page ? location.search : "");

  const copy = async (button) => {
    await navigator.clipboard.writeText(address());
    status.textContent = button.dataset.done;
  };

  const actions = {
    print: () => print(),
    copy,
    share: async (button) => {
      if (!navigator.share) return copy(button);
      try {
        await navigator.share({ title: document.title, url: address() });
      } catch {
        // Whoever closes the menu without sending has changed their mind.
      }
    },
    select: () => {
      const slugs = kept();
      keep(slugs.includes(practice) ? slugs.filter((slug) => slug !== practice) : [...slugs, practice]);
      showSelection();
    },
    empty: () => {
      keep([]);
      location.assign(location.pathname);
    },
  };

  const showSelection = () => {
    const button = document.querySelector("[data-action=select]");
    if (!button) return;
    button.dataset.add ??= button.textContent.trim();
    const isKept = kept().includes(practice);
    button.textContent = isKept ? button.dataset.remove : button.dataset.add;
    button.setAttribute("aria-pressed", String(isKept));
    const note = document.querySelector(".selection-note");
    note.hidden = !kept().length;
  };

  for (const button of document.querySelectorAll("[data-action]")) {
    button.hidden = button.dataset.action === "empty" && !kept().length;
    button.addEventListener("click", () => actions[button.dataset.action](button));
  }
  showSelection();

  // The page of the selection shows what its address names; without any, what this browser keeps.
  if (page && !location.search && kept().length) location.replace(addressOf(kept()));

  // The way back to a list of results, with its place on the page.
  const back = document.querySelector(".back-to-results");
  if (back && document.referrer) {
    const from = new URL(document.referrer);
    if (from.origin === location.origin && from.pathname === new URL(back.href).pathname && from.search) {
      back.href = from.pathname + from.search;
      back.hidden = false;
      back.addEventListener("click", (event) => {
        event.preventDefault();
        history.back();
      });
    }
  }

  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".practice-group")) details.open = true;
    for (const place of document.querySelectorAll("[data-printed]")) {
      const date = new Date().toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
      place.textContent = place.dataset.printed.replace("{date}", date);
    }
  });
})();
