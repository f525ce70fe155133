"""What a link may lead to, however people write it. `static/js/addresses.js` holds the same rule for the editor, and
`tests/core/addresses.py` the cases that both are tested with."""

import re

from django.conf import settings
from django.urls import Resolver404, resolve

from core.languages import active_language
from core.text import composed

HOST = r"(?:[^\W_](?:[^\W_]|-)*\.)+(?:xn--[a-z0-9-]+|[^\W\d_]{2,})"
WEB = re.compile(rf"(https?://|//)?({HOST})(:\d{{1,5}})?([/?#]\S*)?", re.IGNORECASE)
MAIL = re.compile(rf"(?:mailto:)?([^\s@<>\"()\[\]\\,;:?&#%/]+@{HOST})(\?\S*)?", re.IGNORECASE)
PHONE = re.compile(r"(tel:)?(\+|00)?([\d ().\u00a0\u202f/-]{3,30})", re.IGNORECASE)
# A page of the portal: its path, with or without the language.
PATH = re.compile(r"(/(?:[a-z0-9][a-z0-9_-]*/)*)(\?[\w=&%.+-]*)?(#[\w-]+)?")
# `report.pdf` is a file, though it looks like a host.
FILE_NAME = re.compile(r"[^/?#]*\.(?:pdf|docx?|xlsx?|pptx?|od[tsp]|rtf|txt|html?|csv|zip|jpe?g|png|gif|mp[34])", re.I)
UNUSABLE = re.compile(r"[\s<>\"\\^`{|}\x00-\x1f\x7f-\x9f]")
LONGEST = 2000


def usable_address(text: str) -> str:
    """The address for a link to what a person wrote or pasted, or nothing: https, mailto, tel, or the path of a page
    of the portal without its language. `www.x.lu` and `http://x.lu` become `https://x.lu`."""
    text = composed(text.strip())
    if not text or len(text) > LONGEST:
        return ""
    return own_path(text) or web_address(text) or mail_address(text) or phone_address(text)


def web_address(text: str) -> str:
    """`text` as an https address; empty where it is none."""
    found = WEB.fullmatch(text.strip())
    if not found or UNUSABLE.search(text.strip()):
        return ""
    scheme, host, port, rest = found.groups(default="")
    if not scheme and FILE_NAME.fullmatch(text.strip()):
        return ""
    return f"https://{host.lower()}{port if port not in (':80', ':443') else ''}{rest}"


def mail_address(text: str) -> str:
    found = MAIL.fullmatch(text)
    return f"mailto:{found[1]}{found[2] or ''}" if found and not UNUSABLE.search(text) else ""


def phone_address(text: str) -> str:
    """A number without `tel:` is one only if it begins with its country."""
    found = PHONE.fullmatch(text)
    if not found or not (found[1] or found[2]):
        return ""
    figures = re.sub(r"\D", "", found[3])
    return f"tel:{'+' if found[2] else ''}{figures}" if 3 <= len(figures) <= 15 else ""


def own_path(text: str) -> str:
    """The path of a public page of the portal without its language, from a path or a whole address of ours."""
    whole = re.fullmatch(r"https?://([^/?#:]+)(?::\d+)?(/.*)?", text, re.IGNORECASE)
    if whole:
        if not is_own_host(whole[1].lower()):
            return ""
        text = whole[2] or "/"
    found = PATH.fullmatch(text)
    if not found:
        return ""
    codes = "|".join(code for code, _name in settings.LANGUAGES)
    path = re.sub(rf"^/(?:{codes})/", "/", found[1])
    try:
        page = resolve(f"/{active_language()}{path}")
    except Resolver404:
        return ""
    # Only staff may see a preview.
    return "" if page.url_name == "preview" else path + (found[2] or "") + (found[3] or "")


def is_own_host(host: str) -> bool:
    return host in settings.ALLOWED_HOSTS or any(
        own.startswith(".") and f".{host}".endswith(own) for own in settings.ALLOWED_HOSTS
    )


def without_language(path: str) -> str:
    """The path of a page of ours, as it stands in a stored link."""
    return re.sub(r"^/[^/]+", "", path)
