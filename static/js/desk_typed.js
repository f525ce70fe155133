// Keeps what is typed in a form of the desk on the server, and says who else has the form open.
"use strict";

(() => {
  const EVERY = 20_000;

  const start = () => {
    const place = document.getElementById("typed");
    const form = place?.closest("form");
    if (!form) return;

    const show = (selector, text) => {
      const line = place.querySelector(selector);
      // A reader of the screen is told of a change, not of every repetition.
      if (line.textContent !== text) line.textContent = text;
      line.hidden = !text;
    };

    const state = () => {
      const texts = [...new FormData(form)].filter(([, value]) => !(value instanceof File));
      return new URLSearchParams(texts);
    };

    // The bar knows whether the page shows something that is not saved.
    let sent = form.querySelector(".bar.is-unsaved") ? new URLSearchParams() : state();

    let isSent = false;

    const tell = async () => {
      // What is on its way to be saved is not kept as unsaved.
      if (isSent) return;
      const now = state();
      const isChanged = now.toString() !== sent.toString();
      const body = isChanged ? now : new URLSearchParams({ csrfmiddlewaretoken: now.get("csrfmiddlewaretoken") });
      try {
        const response = await fetch(place.dataset.address, { method: "POST", body, redirect: "manual" });
        if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
          show(".typed-kept", place.dataset.loggedOut);
          return;
        }
        if (!response.ok) return;
        const { others, kept } = await response.json();
        show(".typed-others", others.join(" "));
        if (kept) {
          sent = now;
          show(".typed-kept", place.dataset.kept.replace("{time}", kept));
        }
      } catch {
        // Without a network it tries again.
      }
    };

    tell();
    setInterval(() => document.visibilityState === "visible" && tell(), EVERY);
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && tell());
    form.addEventListener("submit", (event) => (isSent = event.submitter?.formTarget !== "_blank"));
  };

  // The editors have been made by then; what they change by themselves is not typed.
  window.addEventListener("load", () => setTimeout(start, 0));
})();
