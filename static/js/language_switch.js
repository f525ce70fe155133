"use strict";

// The languages of a change form: one, or several side by side. Every translated field has one input a language,
// whose name ends in its code; without this script all of them stand below each other.
(() => {
  const start = () => {
    const place = document.getElementById("language-switch");
    if (!place) return;
    const languages = JSON.parse(place.dataset.languages);
    const chosen = new Set(JSON.parse(place.dataset.chosen));

    const apply = (root) => {
      for (const row of root.querySelectorAll("[data-language]")) {
        const code = row.dataset.language;
        for (const input of row.querySelectorAll(".mt")) input.lang = code;
        row.hidden = !chosen.has(code) && !row.classList.contains("errors");
      }
      document.body.classList.toggle("side-by-side", chosen.size > 1);
      document.body.dataset.languages = String(chosen.size);
      document.dispatchEvent(new CustomEvent("desk:languages"));
    };

    const bar = document.createElement("fieldset");
    bar.className = "language-switch";
    const legend = document.createElement("legend");
    legend.textContent = place.dataset.label;
    bar.append(legend);
    for (const [code, name] of languages) {
      const label = document.createElement("label");
      label.lang = code;
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = chosen.has(code);
      box.addEventListener("change", () => {
        if (box.checked) chosen.add(code);
        else if (chosen.size > 1) chosen.delete(code);
        else box.checked = true; // one language always stays
        apply(document);
      });
      label.append(box, ` ${name}`);
      bar.append(label);
    }
    place.append(bar);
    apply(document);
    document.addEventListener("formset:added", (event) => apply(event.target));
  };

  // The editor builds its field after the page: give it the name and the language that its row has.
  document.addEventListener("prose-editor:ready", (event) => {
    const field = event.detail.editor.view.dom;
    const row = field.closest(".form-row, .row-field");
    const label = row?.querySelector("label");
    if (label) field.setAttribute("aria-label", label.textContent.trim());
    field.setAttribute("aria-multiline", "true");
    if (row?.dataset.language) field.lang = row.dataset.language;
    for (const name of ["aria-describedby", "aria-invalid"]) {
      const value = event.detail.textarea.getAttribute(name);
      if (value) field.setAttribute(name, value);
    }
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
