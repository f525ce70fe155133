"use strict";

// The search box as an editable combobox with groups of suggestions (WAI-ARIA Authoring Practices). Without this script,
// and whenever a request fails, it stays what it is in the page: a form.
(() => {
  const PAUSE = 120; // milliseconds without a key after which we ask

  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    made.append(...children);
    return made;
  };

  const enhance = (form) => {
    const input = form.querySelector("input[name=q]");
    const field = input.parentElement;
    const list = element("div", { role: "listbox", id: `${input.id}-list`, "aria-label": form.dataset.label });
    list.className = "finder-list";
    list.hidden = true;
    const status = element("p", { role: "status" });
    status.className = "visually-hidden";
    field.append(list, status);
    for (const [attribute, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": list.id,
    })) {
      input.setAttribute(attribute, value);
    }

    let active = -1; // the option that the arrow keys have reached; the words themselves are -1
    let options = [];
    let answered = ""; // the words that the list answers
    let isFirstMeant = false; // whether Enter opens the first option: the words name a commune
    let timer = 0;
    let request = null;

    const words = () => input.value.trim();
    const isOpen = () => !list.hidden;

    const reach = (position) => {
      options[active]?.setAttribute("aria-selected", "false");
      active = position;
      const option = options[active];
      if (!option) {
        input.removeAttribute("aria-activedescendant");
        return;
      }
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };

    const show = (isShown) => {
      reach(-1);
      list.hidden = !isShown;
      input.setAttribute("aria-expanded", String(isShown));
    };

    const say = (text, isVisible = false) => {
      status.textContent = text;
      status.className = isVisible ? "finder-none" : "visually-hidden";
    };

    const close = () => {
      clearTimeout(timer);
      request?.abort();
      request = null;
      show(false);
      say("");
    };

    const open = (option) => location.assign(option.dataset.url);

    const fill = (groups) => {
      options = [];
      list.replaceChildren(
        ...groups.map(({ label, entries }, number) => {
          const heading = element("p", { id: `${list.id}-group-${number}`, class: "finder-group", role: "presentation" }, label);
          const members = entries.map(({ name, detail, url, language }) => {
            const title = element("span", { class: "finder-name", lang: language }, name);
            const more = element("span", { class: "finder-detail" }, detail);
            const id = `${list.id}-${options.length}`;
            const option = element("div", { role: "option", id, "aria-selected": "false" }, title, " ", more);
            option.dataset.url = url;
            options.push(option);
            return option;
          });
          return element("div", { role: "group", "aria-labelledby": heading.id }, heading, ...members);
        }),
      );
    };

    const ask = async () => {
      clearTimeout(timer);
      request?.abort();
      const asked = words();
      if (!asked) {
        answered = "";
        close();
        return;
      }
      const own = new AbortController();
      request = own;
      try {
        const response = await fetch(`${form.dataset.suggestions}?q=${encodeURIComponent(asked)}`, {
          signal: own.signal,
          headers: { Accept: "application/json" },
        });
        if (!response.ok) throw new Error(response.statusText);
        const found = await response.json();
        if (own.signal.aborted) return;
        fill(found.groups);
        isFirstMeant = found.isFirstMeant;
        answered = asked;
        show(options.length > 0);
        if (options.length) say(form.dataset.found.replace("{count}", options.length));
        else say(form.dataset.none, true);
      } catch {
        if (!own.signal.aborted) close();
      }
    };

    const step = async (by) => {
      if (!isOpen()) {
        if (answered === words() && options.length) show(true);
        else await ask();
        if (isOpen() && by) reach(by > 0 ? 0 : options.length - 1);
        return;
      }
      // One place more than there are options: between the last and the first stand the words themselves.
      const places = options.length + 1;
      reach(((active + 1 + by + places) % places) - 1);
    };

    const keys = {
      ArrowDown: (event) => {
        event.preventDefault();
        step(event.altKey ? 0 : 1);
      },
      ArrowUp: (event) => {
        event.preventDefault();
        if (event.altKey) close();
        else step(-1);
      },
      Enter: (event) => {
        // A list that answers older words must not choose: then the form is sent.
        const option = options[active] ?? (answered === words() && isFirstMeant ? options[0] : null);
        if (!isOpen() || !option) return;
        event.preventDefault();
        open(option);
      },
      Escape: (event) => {
        event.preventDefault();
        if (isOpen()) close();
        else {
          input.value = "";
          close();
        }
      },
      Tab: close,
    };
    // They move the cursor in the words, which the reader of the screen must then hear again.
    for (const key of ["Home", "End", "ArrowLeft", "ArrowRight"]) keys[key] = () => reach(-1);

    input.addEventListener("keydown", (event) => {
      if (!event.isComposing && !event.ctrlKey && !event.metaKey) keys[event.key]?.(event);
    });
    input.addEventListener("input", () => {
      clearTimeout(timer);
      reach(-1);
      timer = setTimeout(ask, PAUSE);
    });
    input.addEventListener("blur", close);
    // The field keeps the focus while a finger or the mouse chooses, or scrolls in the list.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) open(option);
    });
    addEventListener("pageshow", close);
  };

  const enhanced = new WeakSet();
  const enhanceOnce = (form) => {
    if (enhanced.has(form)) return;
    enhanced.add(form);
    enhance(form);
  };
  document.querySelectorAll("form[data-suggestions]").forEach(enhanceOnce);
  // A form that another script has put into the page since.
  document.addEventListener("focusin", (event) => {
    const form = event.target.closest("form[data-suggestions]");
    if (form) enhanceOnce(form);
  });
})();
