// A change form folded to its headings: what stands in each part in few words, the way to a field, and editors that are
// made when somebody looks at them.
"use strict";

(() => {
  const EDITOR = "data-django-prose-editor-configurable";

  // Editors take long to make, and a form has sixty of them.
  const wake = async () => {
    const seen = [...document.querySelectorAll("textarea[data-editor]")].filter(
      (field) => !field.closest(".empty-form") && field.checkVisibility(),
    );
    if (!seen.length) return;
    const { createEditor } = await import("django-prose-editor/configurable");
    for (const field of seen) {
      if (!field.dataset.editor) continue;
      field.setAttribute(EDITOR, field.dataset.editor);
      delete field.dataset.editor;
      createEditor(field);
    }
  };

  const textOf = (field) => {
    if (field.type === "hidden" || field.closest("[hidden], .related-widget-wrapper-link, .row-actions")) return "";
    if (field.tagName === "SELECT") {
      return [...field.selectedOptions].filter((option) => option.value).map((option) => option.text.trim()).join(", ");
    }
    if (field.type === "checkbox") return "";
    return field.value.trim();
  };

  // What stands in a set of fields, or the names of its rows.
  const wordsOf = (part) => {
    const rows = [...part.querySelectorAll(".row:not(.empty-form)")];
    const fields = rows.length
      ? rows.map((row) => row.querySelector("select.admin-autocomplete, input:not([type=hidden])"))
      : [...part.querySelectorAll("input, select, textarea")];
    return fields.filter(Boolean).map(textOf).filter(Boolean).slice(0, 5).join(" · ");
  };

  const sectionWords = (section) => {
    const field = [...section.querySelectorAll(".section-body")].find((row) => !row.hidden)?.querySelector("textarea");
    const document = new DOMParser().parseFromString((field?.value ?? "").replaceAll("<", " <"), "text/html");
    return document.body.textContent.trim().replace(/\s+/g, " ").slice(0, 110);
  };

  const describe = (details) => {
    const place = details.querySelector("summary .part-words");
    if (!place) return;
    if (details.matches(".section")) {
      const words = sectionWords(details);
      if (words) place.textContent = words;
    } else if (details.matches(".part")) {
      place.textContent = wordsOf(details);
    }
  };

  const reveal = (id) => {
    const target = document.getElementById(id);
    if (!target) return;
    for (let part = target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    if (target.matches("fieldset")) {
      const part = target.querySelector("details.part");
      if (part) part.open = true;
    }
    const row = target.closest("[data-language]");
    if (row) row.hidden = false;
    return target;
  };

  const focus = (target) => {
    const field = target.closest(".row-field, .form-row") ?? target;
    const place = field.querySelector(".ProseMirror, .select2-selection") ?? target;
    (place.checkVisibility() ? place : field).scrollIntoView({ block: "center" });
    place.focus({ preventScroll: true });
  };

  const start = () => {
    for (const details of document.querySelectorAll("details.part, details.section")) describe(details);
    document.addEventListener(
      "toggle",
      (event) => {
        if (!event.target.matches?.("details")) return;
        if (!event.target.open) describe(event.target);
        wake();
      },
      true,
    );
    document.addEventListener("formset:added", wake);
    document.addEventListener("desk:languages", wake);
    wake();

    document.addEventListener("click", (event) => {
      const link = event.target.closest?.(".outline a, .complaints a");
      const target = link && reveal(link.hash.slice(1));
      if (!target) return;
      event.preventDefault();
      if (link.closest(".complaints")) {
        wake().then(() => setTimeout(() => focus(target), 50));
      } else {
        target.scrollIntoView({ block: "start" });
        (target.querySelector("summary") ?? target).focus({ preventScroll: true });
      }
    });
    document.querySelector(".complaints")?.focus();
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
