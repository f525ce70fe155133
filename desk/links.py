"""Whether the links that staff wrote still lead somewhere. `manage.py check_links` asks; this is what it does."""

import datetime
import re
import socket
import ssl
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from http.client import HTTPException
from urllib.parse import urldefrag, urlsplit

from django.apps import apps
from django.db.models import Field, Model, URLField
from django.utils import timezone
from django_prose_editor.fields import ProseEditorField

from core.changes import wholes
from core.chunks import in_chunks
from core.web import Guard, NotPublicError, ask
from desk.models import LONGEST_URL, LinkCheck, LinkStatus

# What answers is asked once a week; what does not, again each day.
PAUSE_WHILE_ALIVE = datetime.timedelta(days=7)
PAUSE_WHILE_FAILING = datetime.timedelta(days=1)
# Sites asked at once; each of them is asked for one page at a time.
SITES_AT_ONCE = 4
ROWS_AT_ONCE = 200
HREF = re.compile(r"""<a\s[^>]*?\bhref=["']([^"']+)["']""")
# These say that somebody is there who does not answer programs: people may well read the page.
NOT_FOR_PROGRAMS = {401, 403, 405, 406, 429, 451, 999}
NOT_FOUND = {404, 410}

# A row with a form of its own: the label of its model, and its key.
Use = tuple[str, int]


def checked(url: str) -> str | None:
    """`url` as it is checked, without what stands behind #; None for what is no address of the web, or too long."""
    url = urldefrag(url.strip()).url
    return url if url.startswith(("https://", "http://")) and len(url) <= LONGEST_URL else None


def link_fields(model: type[Model]) -> list[Field]:
    """The columns of `model` that hold addresses, or rich text with links."""
    columns = [field for field in model._meta.concrete_fields if isinstance(field, URLField | ProseEditorField)]
    # Of a translated field, those of its languages.
    sources = (getattr(field, "translated_field", None) for field in columns)
    translated = {field.name for field in sources if field}
    return [field for field in columns if field.name not in translated]


def links_in(field: Field, value: str | None) -> Iterator[str]:
    found = [value or ""] if isinstance(field, URLField) else map(unescape, HREF.findall(value or ""))
    for url in found:
        if address := checked(url):
            yield address


def links_of(model: type[Model], keys: Collection[int] | None = None) -> Iterator[tuple[str, Use]]:
    """Each address in the rows of `model`, all or those with `keys`, with the row on whose form it is changed."""
    fields = link_fields(model)
    whole, key = wholes.get(model, (model, "pk"))
    label = whole._meta.label_lower
    rows = model._default_manager.order_by("pk").values_list(key, *(field.name for field in fields))
    if keys is not None:
        rows = rows.filter(**{f"{key}__in": keys})
    for pk, *values in rows.iterator(ROWS_AT_ONCE):
        for field, value in zip(fields, values, strict=True):
            for url in links_in(field, value):
                yield url, (label, pk)


def models_with_links() -> list[type[Model]]:
    """Of the portal's own, which all know themselves by natural keys."""
    return [model for model in apps.get_models() if hasattr(model, "natural_key_fields") and link_fields(model)]


def links_in_use() -> dict[str, list[Use]]:
    """Every address outside the portal that a text of ours names -> where."""
    uses: defaultdict[str, dict[Use, None]] = defaultdict(dict)
    for model in models_with_links():
        for url, use in links_of(model):
            uses[url][use] = None
    return {url: list(places) for url, places in uses.items()}


def follow(url: str, guard: Guard) -> LinkStatus:
    """What comes of following a link: only the head of the page is asked for, where the site knows that."""
    status = LinkStatus.NO_ANSWER
    for method in ("HEAD", "GET"):
        try:
            status = status_of(ask(url, method, guard).status)
        except NotPublicError:
            return LinkStatus.NOT_PUBLIC
        except socket.gaierror:
            return LinkStatus.UNKNOWN_HOST
        except ssl.SSLCertVerificationError:
            return LinkStatus.CERTIFICATE
        except (OSError, HTTPException):
            status = LinkStatus.NO_ANSWER
        if status == LinkStatus.ALIVE:
            break
    return status


def status_of(code: int) -> LinkStatus:
    if code < 400 or code in NOT_FOR_PROGRAMS:
        return LinkStatus.ALIVE
    return LinkStatus.GONE if code in NOT_FOUND else LinkStatus.ERROR


def follow_all(urls: Iterable[str], guard: Guard) -> Iterator[tuple[str, LinkStatus]]:
    by_site: defaultdict[str | None, list[str]] = defaultdict(list)
    for url in urls:
        by_site[site_of(url)].append(url)
    with ThreadPoolExecutor(SITES_AT_ONCE) as pool:
        for outcomes in pool.map(lambda some: [(url, follow(url, guard)) for url in some], by_site.values()):
            yield from outcomes


def site_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def is_due(check: LinkCheck, now: datetime.datetime) -> bool:
    return check.checked_at <= now - (PAUSE_WHILE_FAILING if check.failures else PAUSE_WHILE_ALIVE)


def check_links(*, all_of_them: bool = False, guard: Guard | None = None) -> dict[str, int]:
    """Follow the links that are due, and forget those that stand nowhere any more.

    Returns how many were followed, how many of these failed, and how many are reported now.
    """
    guard, now, uses = guard or Guard(), timezone.now(), links_in_use()
    known = {check.url: check for check in LinkCheck.objects.all()}
    for some in in_chunks([check.pk for url, check in known.items() if url not in uses], ROWS_AT_ONCE):
        LinkCheck.objects.filter(pk__in=some).delete()
    due = [url for url in uses if url not in known or all_of_them or is_due(known[url], now)]
    failed = 0
    # Each is kept as soon as it is known: the command may be stopped, and goes on where it was.
    for url, status in follow_all(due, guard):
        check = known.get(url) or LinkCheck(url=url)
        check.record(status, uses[url], now)
        check.save()
        failed += status != LinkStatus.ALIVE
    return {"followed": len(due), "failed": failed, "reported": LinkCheck.objects.reported().count()}


def link_state(url: str) -> LinkCheck | None:
    """What is known of the link to `url`; None before it was checked."""
    return link_states([url]).get(url)


def link_states(urls: Iterable[str]) -> dict[str, LinkCheck]:
    """Those of `urls` that were checked, each with what is known of it, in one query."""
    addresses = {url: checked(url) for url in urls}
    known = LinkCheck.objects.in_bulk([address for address in addresses.values() if address], field_name="url")
    return {url: known[address] for url, address in addresses.items() if address in known}


def uses_of(checks: Iterable[LinkCheck]) -> dict[str, list[Model]]:
    """Address -> the rows on whose forms it can be mended, without those that were mended or deleted since it was
    checked. The number of queries depends on the models alone."""
    keys: defaultdict[str, set[int]] = defaultdict(set)
    urls = set()
    for check in checks:
        urls.add(check.url)
        for label, key in check.uses:
            keys[label].add(key)
    rows = {
        (model._meta.label_lower, pk): row
        for model in apps.get_models()
        if (some := keys.get(model._meta.label_lower))
        for pk, row in model._default_manager.in_bulk(some).items()
    }
    uses: defaultdict[str, dict[Use, Model]] = defaultdict(dict)
    for model in models_with_links():
        if some := keys.get(wholes.get(model, (model, ""))[0]._meta.label_lower):
            for url, use in links_of(model, some):
                if url in urls and use in rows:
                    uses[url][use] = rows[use]
    return {url: list(found.values()) for url, found in uses.items()}
