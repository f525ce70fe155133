// The bar at the foot of a change form: how many fields are unsaved, and a warning before they are left behind.
"use strict";

(() => {
  const start = () => {
    const bar = document.querySelector(".bar");
    const form = bar?.closest("form");
    if (!form) return;
    const label = bar.querySelector(".bar-unsaved");

    const values = () => {
      const found = new Map();
      for (const [name, value] of new FormData(form)) {
        if (name === "csrfmiddlewaretoken" || /-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/.test(name)) continue;
        const text = value instanceof File ? value.name : value;
        found.set(name, found.has(name) ? `${found.get(name)}\n${text}` : text);
      }
      return found;
    };
    // Moving one row renumbers the others: the order of a group of rows counts as one field.
    const counted = (name) => name.replace(/-\d+-position$/, "-position");
    const isOfEmptyRow = (name) => name.includes("-__prefix__-");

    let saved = values();
    let count = 0;
    let isLeaving = false;

    // A new row begins with what its empty form has.
    const before = (name) => saved.get(name) ?? saved.get(name.replace(/-\d+-/, "-__prefix__-")) ?? "";
    const changes = () => {
      const now = values();
      const changed = new Set();
      for (const name of new Set([...saved.keys(), ...now.keys()])) {
        if (!isOfEmptyRow(name) && (now.get(name) ?? "") !== before(name)) changed.add(counted(name));
      }
      return changed;
    };

    const show = () => {
      count = changes().size;
      label.hidden = !count;
      label.textContent = count ? `${bar.dataset.unsavedLabel} ${count}` : "";
    };
    let waiting = 0;
    const showSoon = () => {
      clearTimeout(waiting);
      waiting = setTimeout(show, 100);
    };

    for (const name of ["input", "change", "formset:added", "formset:removed", "desk:changed"]) {
      document.addEventListener(name, showSoon);
    }
    // select2 tells jQuery alone of a choice; Django ships both.
    window.django?.jQuery(form).on("change", showSoon);

    form.addEventListener("submit", (event) => {
      // What opens in another window leaves the form here.
      if (!event.submitter?.formTarget) isLeaving = true;
    });
    window.addEventListener("pageshow", () => {
      isLeaving = false;
    });
    window.addEventListener("beforeunload", (event) => {
      if (isLeaving || !(changes().size || bar.classList.contains("is-unsaved"))) return;
      event.preventDefault();
    });
    // Who saves elsewhere (what is typed is kept on the server) says what counts as saved from then on.
    document.addEventListener("desk:saved", () => {
      saved = values();
      bar.classList.remove("is-unsaved");
      show();
    });
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
