// What comes from the clipboard, from Word, LibreOffice, Google Docs or Outlook, as the editor can take it: lists,
// headings and tables stay what they are. What cannot stay is counted, so that the person is told.

const MARKER_OF_NUMBER = /^[\s\u00a0(]*(?:\d{1,3}|[a-z]|[ivxl]{1,5})[.)]/i;
const MARKER_OF_POINT = /^[\s\u00a0]*[·•▪▫■□●○◦‣⁃§o–—-](?=[\s\u00a0])/;
const PLAIN_COLOURS = /^(?:black|windowtext|auto|inherit|initial|#000(?:000)?|rgb\(0, ?0, ?0\))$/;
const PLAIN_GROUNDS = /^(?:white|transparent|none|auto|inherit|initial|#fff(?:fff)?|rgb\(255, ?255, ?255\))$/;
const KEPT_ATTRIBUTES = { a: ["href"], td: ["colspan", "rowspan"], th: ["colspan", "rowspan"], ol: ["start"] };

const isBlank = (text) => !text.replace(/[\s\u00a0]/g, "");
const unwrap = (element) => element.replaceWith(...element.childNodes);
const rename = (element, tag) => {
  const renamed = element.ownerDocument.createElement(tag);
  renamed.append(...element.childNodes);
  element.replaceWith(renamed);
  return renamed;
};
const wrapContent = (element, tag) => {
  const wrapper = element.ownerDocument.createElement(tag);
  wrapper.append(...element.childNodes);
  element.append(wrapper);
};

// Styles are read, never applied: the Content-Security-Policy allows none.
const parse = (html) => {
  const unstyled = html.replace(/<style\b[\s\S]*?(?:<\/style\s*>|$)/gi, "");
  const quiet = unstyled.replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/(\s)style(\s*=)/gi, "$1data-style$2"));
  return new DOMParser().parseFromString(quiet, "text/html").body;
};
const stylesOf = (element) => {
  const pairs = (element.dataset?.style ?? "").split(";").map((pair) => {
    const [name, ...value] = pair.split(":");
    return [name.trim().toLowerCase(), value.join(":").trim().toLowerCase()];
  });
  return Object.fromEntries(pairs);
};

const dropUnwanted = (body, dropped) => {
  const comments = document.createTreeWalker(body, NodeFilter.SHOW_COMMENT);
  const found = [];
  while (comments.nextNode()) found.push(comments.currentNode);
  for (const comment of found) comment.remove();
  for (const element of [...body.querySelectorAll("*")]) {
    const { "mso-element": msoElement = "", "mso-list": msoList = "", display } = stylesOf(element);
    const tag = element.localName;
    if (!element.isConnected && !body.contains(element)) continue;
    if (["style", "script", "meta", "link", "title", "xml", "template", "noscript", "col", "colgroup"].includes(tag))
      element.remove();
    else if (msoElement === "comment-list" || element.matches(".msocomtxt, .MsoCommentText")) element.remove();
    else if (element.matches(".msocomanchor, .MsoCommentReference")) {
      if (element.matches(".msocomanchor")) dropped.comments += 1;
      element.remove();
    } else if (tag === "del") {
      dropped.deletions += 1;
      element.remove();
    } else if (display === "none" && !msoList) element.remove();
    else if (["img", "picture", "v:imagedata"].includes(tag)) {
      dropped.pictures += 1;
      element.remove();
    } else if (["iframe", "video", "audio", "object", "embed", "svg", "canvas"].includes(tag)) {
      dropped.media += 1;
      element.remove();
    } else if (tag === "o:p") unwrap(element);
  }
};

const readStyles = (body, dropped) => {
  for (const element of [...body.querySelectorAll("*")]) {
    const styles = stylesOf(element);
    const tag = element.localName;
    const isLink = element.closest("a");
    const colour = styles.color || element.getAttribute("color");
    const ground = (styles["background-color"] || styles.background || element.getAttribute("bgcolor") || "").trim();
    if (!isBlank(element.textContent)) {
      if (!isLink && ((colour && !PLAIN_COLOURS.test(colour)) || (ground && !PLAIN_GROUNDS.test(ground))))
        dropped.colours = true;
      const decoration = styles["text-decoration"] || styles["text-decoration-line"] || "";
      if (!isLink && !element.querySelector("a") && (tag === "u" || decoration.includes("underline")))
        dropped.underlining = true;
      if (["s", "strike"].includes(tag) || decoration.includes("line-through")) dropped.strikethrough = true;
    }
    const weight = styles["font-weight"];
    if (["b", "strong"].includes(tag) && /^(?:normal|400)$/.test(weight)) unwrap(element);
    else if (["span", "font", "p", "div"].includes(tag)) {
      if (/^(?:bold|bolder|[6-9]00)$/.test(weight)) wrapContent(element, "strong");
      if (/^(?:italic|oblique)$/.test(styles["font-style"])) wrapContent(element, "em");
      if (tag === "span" && /^(?:super|sub)$/.test(styles["vertical-align"]))
        wrapContent(element, styles["vertical-align"] === "super" ? "sup" : "sub");
    }
  }
};

// Word writes each item as a paragraph that names its list and its level, and begins with its sign.
const levelOf = (element) => {
  if (!["p", "div", "h1", "h2", "h3", "h4", "h5", "h6"].includes(element.localName)) return 0;
  const level = stylesOf(element)["mso-list"]?.match(/\blevel(\d)/);
  if (level) return Number(level[1]);
  const isParagraphOfList = /\bMsoListParagraph/.test(element.className);
  const { textContent } = element;
  return isParagraphOfList && (MARKER_OF_POINT.test(textContent) || MARKER_OF_NUMBER.test(textContent)) ? 1 : 0;
};
const takeMarker = (element) => {
  const ignored = [...element.querySelectorAll("span")].find((span) => stylesOf(span)["mso-list"] === "ignore");
  if (ignored) {
    const marker = ignored.textContent;
    ignored.remove();
    return marker;
  }
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let marker = "";
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const found = marker ? null : text.data.match(MARKER_OF_NUMBER) ?? `${text.data} `.match(MARKER_OF_POINT);
    if (found) {
      marker = found[0];
      text.data = text.data.slice(marker.length);
    }
    if (marker) text.data = text.data.replace(/^[\s\u00a0]+/, "");
    if (!isBlank(text.data)) break;
  }
  return marker;
};
const makeLists = (body) => {
  let open = []; // lists that go on, from the outermost
  let last = null;
  for (const element of [...body.querySelectorAll("p, div, h1, h2, h3, h4, h5, h6")]) {
    const level = levelOf(element);
    if (!level) continue;
    const goesOn = last && last.parentNode === element.parentNode && previousElement(element) === last;
    if (!goesOn) open = [];
    const tag = MARKER_OF_NUMBER.test(takeMarker(element)) ? "ol" : "ul";
    open.length = Math.min(open.length, level);
    if (open.length === level && open[level - 1].localName !== tag) open.length = level - 1;
    const item = body.ownerDocument.createElement("li");
    const paragraph = body.ownerDocument.createElement("p");
    paragraph.append(...element.childNodes);
    item.append(paragraph);
    if (open.length < level && open.length) {
      const list = body.ownerDocument.createElement(tag);
      open.at(-1).lastElementChild.append(list);
      open.push(list);
      element.remove();
    } else if (!open.length) {
      const list = body.ownerDocument.createElement(tag);
      element.replaceWith(list);
      last = list;
      open = [list];
    } else element.remove();
    open.at(-1).append(item);
  }
};
// The element before, if only blanks stand between.
const previousElement = (element) => {
  let before = element.previousSibling;
  while (before && before.nodeType === Node.TEXT_NODE && isBlank(before.data)) before = before.previousSibling;
  return before;
};
const nestLists = (body) => {
  for (const list of [...body.querySelectorAll("ul > ul, ul > ol, ol > ul, ol > ol")])
    if (list.previousElementSibling?.localName === "li") list.previousElementSibling.append(list);
};

const makeHeadings = (body) => {
  const headings = "h1, h2, h3, h4, h5, h6, p.MsoTitle, p.MsoSubtitle, [role=heading]";
  for (const element of [...body.querySelectorAll(headings)])
    rename(element, isBlank(element.textContent) || element.closest("td, th, li") ? "p" : "h3");
  for (const mark of [...body.querySelectorAll("h3 b, h3 strong, h3 i, h3 em")]) unwrap(mark);
};

const makeTables = (body) => {
  for (const inner of [...body.querySelectorAll("table table")].reverse()) {
    for (const cell of inner.querySelectorAll("td, th")) inner.before(rename(cell, "p"));
    inner.remove();
  }
  for (const table of [...body.querySelectorAll("table")]) {
    const cells = table.querySelectorAll("td, th");
    if (cells.length < 2) {
      table.replaceWith(...[...cells].flatMap((cell) => [...cell.childNodes]));
      continue;
    }
    table.querySelector("caption")?.remove();
    const first = [...(table.querySelector("tr")?.children ?? [])];
    const isBold = (cell) => {
      const words = cell.cloneNode(true);
      for (const bold of words.querySelectorAll("b, strong")) bold.remove();
      return isBlank(words.textContent) && !isBlank(cell.textContent);
    };
    if (first.length && first.every((cell) => cell.localName === "td" && isBold(cell))) {
      for (const cell of first) {
        const head = rename(cell, "th");
        for (const name of ["colspan", "rowspan"])
          if (cell.hasAttribute(name)) head.setAttribute(name, cell.getAttribute(name));
        for (const bold of [...head.querySelectorAll("b, strong")]) unwrap(bold);
      }
    }
  }
};

const cleanUp = (body, dropped, usable) => {
  for (const link of [...body.querySelectorAll("a")]) {
    const address = link.hasAttribute("href") ? usable(link.getAttribute("href")) : "";
    if (address) link.setAttribute("href", address);
    else {
      // A bookmark of Word, or a place in the same document, is no loss.
      if (link.hasAttribute("href") && !/^#|#_/.test(link.getAttribute("href"))) dropped.links += 1;
      unwrap(link);
    }
  }
  for (const paragraph of [...body.querySelectorAll("p")])
    if (isBlank(paragraph.textContent) && !paragraph.closest("td, th")) paragraph.remove();
  for (const element of body.querySelectorAll("*"))
    for (const { name } of [...element.attributes])
      if (!KEPT_ATTRIBUTES[element.localName]?.includes(name)) element.removeAttribute(name);
};

export const fromClipboard = (html, usable) => {
  const dropped = {
    pictures: 0,
    media: 0,
    links: 0,
    comments: 0,
    deletions: 0,
    colours: false,
    underlining: false,
    strikethrough: false,
  };
  const body = parse(html);
  dropUnwanted(body, dropped);
  makeLists(body);
  readStyles(body, dropped);
  makeHeadings(body);
  nestLists(body);
  makeTables(body);
  cleanUp(body, dropped, usable);
  return { html: body.innerHTML, dropped };
};
