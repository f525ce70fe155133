// What a link may lead to, however people write it: the rule of core/addresses.py, for the editor. Both are tested with
// the cases of tests/core/addresses.py. The server also looks whether a path is a page of the portal.

const HOST = "(?:[\\p{L}\\p{N}][\\p{L}\\p{N}-]*\\.)+(?:xn--[a-z0-9-]+|\\p{L}{2,})";
const WEB = new RegExp(`^(https?://|//)?(${HOST})(:\\d{1,5})?([/?#]\\S*)?$`, "iu");
const MAIL = new RegExp(`^(?:mailto:)?([^\\s@<>"()\\[\\]\\\\,;:?&#%/]+@${HOST})(\\?\\S*)?$`, "iu");
const PHONE = /^(tel:)?(\+|00)?([\d ().\u00a0\u202f/-]{3,30})$/i;
const PATH = /^(\/(?:[a-z0-9][a-z0-9_-]*\/)*)(\?[\w=&%.+-]*)?(#[\w-]+)?$/;
const FILE_NAME =
  /^[^/?#]*\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|html?|csv|zip|jpe?g|png|gif|mp[34])$/i;
const UNUSABLE = /[\s<>"\\^`{|}\u0000-\u001f\u007f-\u009f]/;
const LONGEST = 2000;

const ownPath = (text, languages) => {
  const whole = text.match(/^https?:\/\/([^/?#]+)(\/.*)?$/i);
  if (whole && whole[1].toLowerCase() !== location.host) return "";
  const found = (whole ? (whole[2] ?? "/") : text).match(PATH);
  if (!found) return "";
  const [, path, query = "", fragment = ""] = found;
  const language = languages.find((code) => path.startsWith(`/${code}/`));
  return (language ? path.slice(language.length + 1) : path) + query + fragment;
};

const webAddress = (text) => {
  const found = text.match(WEB);
  if (!found || UNUSABLE.test(text)) return "";
  const [, scheme, host, port = "", rest = ""] = found;
  if (!scheme && FILE_NAME.test(text)) return "";
  return `https://${host.toLowerCase()}${[":80", ":443"].includes(port) ? "" : port}${rest}`;
};

const mailAddress = (text) => {
  const found = text.match(MAIL);
  return found && !UNUSABLE.test(text) ? `mailto:${found[1]}${found[2] ?? ""}` : "";
};

const phoneAddress = (text) => {
  const found = text.match(PHONE);
  if (!found || !(found[1] || found[2])) return "";
  const figures = found[3].replace(/\D/g, "");
  return figures.length < 3 || figures.length > 15 ? "" : `tel:${found[2] ? "+" : ""}${figures}`;
};

export const usableAddress = (written, languages) => {
  const text = (written ?? "").normalize("NFC").trim();
  if (!text || text.length > LONGEST) return "";
  return ownPath(text, languages) || webAddress(text) || mailAddress(text) || phoneAddress(text);
};
