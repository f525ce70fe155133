// Our own parts of the rich text editor: links, paste, and a toolbar in the language of the person.

import { Extension, Link, PasteRule, Plugin, crel } from "django-prose-editor/editor";
import { usableAddress } from "./addresses.js";
import { fromClipboard } from "./pasted.js";

const { gettext, ngettext, interpolate } = window;
const usable = { languages: [] };
const address = (text) => usableAddress(text, usable.languages);

let dialogs = 0;

// Asks where a link leads; and, where no words are selected, what it says. Gives null if the person changes their mind.
const askForLink = (editor, { href, isNew, hasWords, pages }) =>
  new Promise((resolve) => {
    const id = `link-dialog-${++dialogs}`;
    const field = crel("input", { id, type: "text", value: href, size: 50, autocomplete: "off", spellcheck: false });
    field.setAttribute("aria-describedby", `${id}-help ${id}-error`);
    const words = crel("input", { id: `${id}-words`, type: "text", size: 50 });
    const error = crel("p", { id: `${id}-error`, className: "link-dialog-error", role: "alert" });
    const found = crel("ul", { className: "link-dialog-pages", "aria-label": gettext("Pages of the portal") });
    const count = crel("p", { className: "visually-hidden", role: "status" });
    const cancel = crel("button", { type: "button", textContent: gettext("Cancel") });
    const form = crel("form", { method: "dialog", noValidate: true }, [
      crel("h3", {
        id: `${id}-title`,
        className: "prose-editor-dialog-title",
        textContent: isNew ? gettext("Insert a link") : gettext("Change the link"),
      }),
      crel("div", { className: "prose-editor-dialog-field" }, [
        crel("label", { htmlFor: id, textContent: gettext("Address, or words of a page of the portal") }),
        field,
        crel("p", {
          id: `${id}-help`,
          className: "link-dialog-help",
          textContent: gettext("www.mersch.lu, info@mersch.lu, +352 43 83 33-1, or the name of a factsheet"),
        }),
        found,
        count,
        error,
      ]),
    ]);
    if (!hasWords) {
      const label = crel("label", { htmlFor: words.id, textContent: gettext("Words of the link") });
      form.append(crel("div", { className: "prose-editor-dialog-field" }, [label, words]));
    }
    const submit = crel("button", { type: "submit", textContent: isNew ? gettext("Insert") : gettext("Change") });
    form.append(crel("div", { className: "prose-editor-dialog-buttons" }, [submit, cancel]));
    const dialog = crel("dialog", { className: "prose-editor-dialog link-dialog" }, [form]);
    dialog.setAttribute("aria-labelledby", `${id}-title`);

    let search;
    let title = "";
    const suggest = async () => {
      search?.abort();
      search = new AbortController();
      const { signal } = search;
      try {
        const query = field.value.trim();
        const isAddress = address(field.value) && !address(field.value).startsWith("/");
        let rows = [];
        if (query.length > 1 && !isAddress) {
          const response = await fetch(`${pages}?${new URLSearchParams({ q: query })}`, { signal });
          rows = response.ok ? (await response.json()).pages : [];
        }
        if (signal.aborted) return;
        found.replaceChildren(
          ...rows.map((page) => {
            const choice = crel("button", { type: "button" }, [page.title, crel("small", { textContent: page.kind })]);
            choice.addEventListener("click", () => {
              field.value = page.address;
              title = page.title;
              found.replaceChildren();
              error.textContent = "";
              (hasWords ? submit : words).focus();
              if (!hasWords && !words.value) words.value = page.title;
            });
            return crel("li", {}, [choice]);
          }),
        );
        count.textContent = rows.length
          ? interpolate(ngettext("%s page found", "%s pages found", rows.length), [rows.length])
          : "";
      } catch {
        // Without suggestions an address can still be typed.
      }
    };
    field.addEventListener("input", () => {
      error.textContent = "";
      field.removeAttribute("aria-invalid");
      suggest();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation(); // the form of the page is another one
      const to = address(field.value);
      if (!to) {
        error.textContent = gettext(
          "This is no address that a link can lead to. Write one like https://example.lu, info@example.lu or +352 43 83 33-1, or choose a page from the list.",
        );
        field.setAttribute("aria-invalid", "true");
        field.focus();
        return;
      }
      resolve({ href: to, words: words.value.trim() || title || field.value.trim() });
      dialog.close();
    });
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      search?.abort();
      dialog.remove();
      resolve(null);
    });
    // Outside of the form of the page: a form within a form is none. Keys typed here are not the page's.
    document.body.append(dialog);
    dialog.showModal();
    field.select();
  });

export const PortalLink = Link.extend({
  addOptions() {
    return {
      ...this.parent?.(),
      enableTarget: false,
      defaultProtocol: "https",
      languages: [],
      pages: "",
      isAllowedUri: (uri) => Boolean(address(uri)),
      shouldAutoLink: (uri) => Boolean(address(uri)),
    };
  },

  addAttributes() {
    usable.languages = this.options.languages;
    return { href: { default: null, parseHTML: (element) => address(element.getAttribute("href")) || null } };
  },

  // Pasted words become links of themselves only where the clipboard has no links of its own.
  addPasteRules() {
    return this.parent().map(
      ({ find, handler }) =>
        new PasteRule({
          find: (text, event) => (event?.clipboardData?.types.includes("text/html") ? [] : find(text, event)),
          handler,
        }),
    );
  },

  renderHTML({ HTMLAttributes }) {
    const href = address(HTMLAttributes.href);
    return href ? ["a", { href }, 0] : ["span", 0];
  },

  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "link",
      groups: "link",
      command: (editor) => editor.commands.addLink(),
      button: buttons.material("insert_link", "insert link"),
      active: (editor) => editor.isActive("link"),
    });
    menu.defineItem({
      name: "unlink",
      groups: "link",
      command: (editor) => editor.chain().focus().extendMarkRange("link").unsetLink().run(),
      button: buttons.material("link_off", "remove link"),
      hidden: (editor) => !editor.isActive("link"),
    });
  },

  addCommands() {
    return {
      ...this.parent?.(),
      addLink:
        () =>
        ({ editor }) => {
          const isNew = !editor.isActive("link");
          const hasWords = !isNew || !editor.state.selection.empty;
          const href = editor.getAttributes("link").href ?? "";
          askForLink(editor, { href, isNew, hasWords, pages: this.options.pages }).then((link) => {
            if (!link) editor.commands.focus();
            else if (!isNew)
              editor.chain().focus().extendMarkRange("link").updateAttributes("link", { href: link.href }).run();
            else if (hasWords) editor.chain().focus().setMark("link", { href: link.href }).run();
            else {
              const mark = { type: "link", attrs: { href: link.href } };
              editor.chain().focus().insertContent({ type: "text", text: link.words, marks: [mark] }).run();
            }
          });
          return true;
        },
    };
  },
});

const sentenceOf = (dropped) => {
  const counted = (singular, plural, count) => (count ? [interpolate(ngettext(singular, plural, count), [count])] : []);
  const parts = [
    ...counted("%s picture", "%s pictures", dropped.pictures),
    ...counted("%s video or embedded object", "%s videos or embedded objects", dropped.media),
    ...counted("%s link without a usable address", "%s links without a usable address", dropped.links),
    ...counted("%s comment", "%s comments", dropped.comments),
    ...counted("%s deleted passage", "%s deleted passages", dropped.deletions),
    ...(dropped.colours ? [gettext("colours")] : []),
    ...(dropped.underlining ? [gettext("underlining")] : []),
    ...(dropped.strikethrough ? [gettext("strikethrough")] : []),
  ];
  return parts.length ? interpolate(gettext("Left out: %s"), [parts.join(", ")]) : "";
};

export const PortalPaste = Extension.create({
  name: "portalPaste",

  addStorage: () => ({ note: crel("p", { className: "editor-note", role: "status" }) }),

  onCreate({ editor }) {
    editor.view.dom.closest(".prose-editor").after(this.storage.note);
  },

  addProseMirrorPlugins() {
    const { note } = this.storage;
    return [
      new Plugin({
        props: {
          transformPastedHTML(html) {
            // What was copied in an editor comes as it is.
            if (html.includes("data-pm-slice")) return html;
            const taken = fromClipboard(html, address);
            note.textContent = sentenceOf(taken.dropped);
            return taken.html;
          },
          handlePaste(_view, event) {
            const { files, types } = event.clipboardData;
            if (files.length && !types.includes("text/html")) note.textContent = sentenceOf({ pictures: files.length });
            else if (!types.includes("text/html")) note.textContent = "";
            return false;
          },
        },
      }),
    ];
  },
});

// The buttons by the names that the editor gives them.
const names = () => ({
  "heading 3": gettext("Heading"),
  "unordered list": gettext("List"),
  "ordered list": gettext("Numbered list"),
  bold: gettext("Bold"),
  italic: gettext("Italic"),
  superscript: gettext("Superscript"),
  subscript: gettext("Subscript"),
  "insert link": gettext("Insert a link: select its words first, or write them in the window"),
  "remove link": gettext("Remove the link"),
  "Insert table": gettext("Insert a table"),
  "Add column": gettext("Add a column"),
  "Delete column": gettext("Delete the column"),
  "Add row": gettext("Add a row"),
  "Delete row": gettext("Delete the row"),
  "Merge cells": gettext("Merge cells"),
  "Split cell": gettext("Split the cell"),
  "Toggle header cell": gettext("Heading of a row or column, or not"),
  "Delete table": gettext("Delete the table"),
  undo: gettext("Undo"),
  redo: gettext("Redo"),
});

export const PortalToolbar = Extension.create({
  name: "portalToolbar",
  priority: 1, // after the menu, whose buttons it names

  onCreate({ editor }) {
    const field = editor.view.dom;
    const textarea = field.closest(".prose-editor").querySelector("textarea");
    const name = textarea.labels?.[0]?.textContent.trim().replace(/\s*[:：]$/, "") ?? "";
    field.setAttribute("role", "textbox");
    field.setAttribute("aria-multiline", "true");
    if (name) field.setAttribute("aria-label", name);
    const language = textarea.lang || usable.languages.find((code) => textarea.name.endsWith(`_${code}`));
    if (language) field.lang = language;

    const toolbar = editor.storage.menu.dom;
    toolbar.setAttribute("role", "toolbar");
    toolbar.setAttribute("aria-label", interpolate(gettext("Layout of: %s"), [name]));
    const translated = names();
    const buttons = [...toolbar.querySelectorAll("button")];
    for (const button of buttons) {
      const title = translated[button.title] ?? button.title;
      button.title = title;
      button.setAttribute("aria-label", title);
    }
    const tellStates = () => {
      for (const button of buttons) {
        button.setAttribute("aria-pressed", String(button.classList.contains("active")));
        button.setAttribute("aria-disabled", String(button.classList.contains("disabled")));
      }
    };
    editor.on("transaction", tellStates);
    tellStates();
  },
});
