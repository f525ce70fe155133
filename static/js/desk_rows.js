// Rows of parts: their order by dragging and by buttons. Without this script a number says the place of each.
"use strict";

(() => {
  const rowsOf = (group) => [...group.querySelectorAll(".row:not(.empty-form)")];
  const positionOf = (row) => row.querySelector(".row-position input");

  const renumber = (group) => {
    rowsOf(group).forEach((row, index) => {
      const field = positionOf(row);
      if (field && field.value !== String(index + 1)) {
        field.value = index + 1;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  };

  const announce = (row) => {
    const place = document.getElementById("desk-announcements");
    const rows = rowsOf(row.closest(".rows"));
    const numbers = { place: rows.indexOf(row) + 1, count: rows.length };
    place.textContent = place.dataset.moved.replace(/\{(\w+)\}/g, (match, name) => numbers[name]);
  };

  const put = (row, other, isAfter) => {
    if (row === other) return;
    other[isAfter ? "after" : "before"](row);
    renumber(row.closest(".rows"));
    announce(row);
  };

  const step = (button) => {
    const row = button.closest(".row");
    const rows = rowsOf(row.closest(".rows"));
    const steps = Number(button.dataset.step);
    const other = rows[rows.indexOf(row) + steps];
    if (!other) return;
    put(row, other, steps > 0);
    button.focus();
  };

  let dragged = null;
  const prepare = (root) => {
    for (const hidden of root.querySelectorAll(".row-move, .row-handle")) hidden.hidden = false;
    for (const handle of root.querySelectorAll(".row-handle")) handle.draggable = true;
  };

  const start = () => {
    document.documentElement.classList.add("has-order");
    prepare(document);
    document.addEventListener("click", (event) => {
      const button = event.target.closest?.(".row-move");
      if (button) step(button);
    });
    document.addEventListener("dragstart", (event) => {
      const handle = event.target.closest?.(".row-handle");
      if (!handle) return;
      dragged = handle.closest(".row");
      dragged.classList.add("is-dragged");
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setDragImage(dragged, 0, 0);
    });
    document.addEventListener("dragover", (event) => {
      const row = dragged && event.target.closest?.(".row:not(.empty-form)");
      if (!row || row.closest(".rows") !== dragged.closest(".rows")) return;
      event.preventDefault();
    });
    document.addEventListener("drop", (event) => {
      const row = dragged && event.target.closest?.(".row:not(.empty-form)");
      if (!row || row.closest(".rows") !== dragged.closest(".rows")) return;
      event.preventDefault();
      const place = row.getBoundingClientRect();
      put(dragged, row, event.clientY > place.top + place.height / 2);
    });
    document.addEventListener("dragend", () => {
      dragged?.classList.remove("is-dragged");
      dragged = null;
    });
    // A new row stands at the end, and what one types in first is in view.
    document.addEventListener("formset:added", (event) => {
      const row = event.target.closest?.(".row");
      if (!row) return;
      const others = rowsOf(row.closest(".rows")).filter((other) => other !== row);
      const last = Math.max(0, ...others.map((other) => Number(positionOf(other)?.value ?? 0)));
      const field = positionOf(row);
      if (field) field.value = last + 1;
      if (row.matches("details")) row.open = true;
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
  };

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
