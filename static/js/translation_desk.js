// The translators' desk: copying the original over, counting characters, and a tick that goes when its text changes.
"use strict";

(() => {
  const editors = new Map();

  const start = () => {
    for (const pair of document.querySelectorAll(".text-pair")) {
      const box = pair.querySelector(".text-target textarea, .text-target input[type=text]");
      const original = pair.querySelector(".copied-text");
      if (!box || !original) continue;
      const count = pair.querySelector(".character-count");
      const tick = pair.querySelector(".read-tick input");
      const seen = pair.querySelector("input[name^='seen-']");

      const changed = () => {
        if (count) count.textContent = `${box.value.length} / ${count.dataset.limit}`;
        // Whoever ticks it again has read the new words.
        if (tick?.checked && seen.value.endsWith("-1")) tick.checked = false;
        seen.value = seen.value.replace(/-1$/, "-0");
      };
      pair.addEventListener("input", (event) => {
        if (event.target !== tick) changed();
      });

      const button = document.createElement("button");
      button.type = "button";
      button.className = "copy-original";
      button.textContent = pair.dataset.copyLabel;
      button.addEventListener("click", () => {
        const text = original.content.textContent;
        const editor = editors.get(pair.id);
        if (editor) editor.commands.setContent(text);
        else box.value = text;
        changed();
        document.dispatchEvent(new Event("desk:changed"));
      });
      pair.querySelector(".text-foot").append(button);
    }
  };

  document.addEventListener("prose-editor:ready", (event) => {
    const { editor } = event.detail;
    const pair = editor.view.dom.closest(".text-pair");
    if (!pair) return;
    const field = editor.view.dom;
    const box = pair.querySelector(".text-target textarea");
    field.setAttribute("aria-label", pair.querySelector("legend").textContent.trim());
    field.setAttribute("aria-multiline", "true");
    field.lang = box?.lang ?? "";
    editors.set(pair.id, editor);
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
