// Fields with a list to search: what they are called, and no choice from a list that is older than what was typed.
"use strict";

(() => {
  const labelOf = (select) => select.labels?.[0]?.textContent.trim().replace(/\s*:$/, "") ?? "";

  const name = (select) => {
    const container = select.nextElementSibling?.matches(".select2") ? select.nextElementSibling : null;
    const place = container?.querySelector(".select2-search__field, .select2-selection--single");
    if (!place) return;
    const chosen = place.matches(".select2-selection--single") ? (select.selectedOptions[0]?.text.trim() ?? "") : "";
    place.removeAttribute("aria-labelledby");
    place.setAttribute("aria-label", [labelOf(select), chosen].filter(Boolean).join(": "));
    container.querySelector(".select2-selection__rendered[role=textbox]")?.setAttribute("aria-label", labelOf(select));
  };
  const nameAll = (root) => {
    for (const select of root.querySelectorAll("select.admin-autocomplete")) name(select);
  };

  let isOld = false;
  const start = () => {
    const $ = window.django?.jQuery;
    if (!$) return;
    nameAll(document);
    $(document).on("formset:added", (event) => setTimeout(() => nameAll(event.target)));
    $(document).on("change select2:close", "select.admin-autocomplete", (event) => setTimeout(() => name(event.target)));
    $(document).on("select2:open", (event) => {
      isOld = false;
      const field = document.querySelector(".select2-container--open .select2-search--dropdown .select2-search__field");
      field?.setAttribute("aria-label", labelOf(event.target));
      const list = document.querySelector(".select2-container--open .select2-results__options");
      list?.setAttribute("aria-label", labelOf(event.target));
      if (!list) return;
      new MutationObserver(() => {
        if (!list.querySelector(".loading-results")) isOld = false;
      }).observe(list, { childList: true });
    });
    document.addEventListener("input", (event) => {
      if (event.target.matches?.(".select2-search__field")) isOld = true;
    });
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Enter" || !isOld || !event.target.matches?.(".select2-search__field")) return;
        event.preventDefault();
        event.stopPropagation();
      },
      true,
    );
  };

  // select2 makes its fields while the page becomes ready, and tells jQuery alone.
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
