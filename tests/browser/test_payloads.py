"""Nothing that people type, upload or ask for runs in a browser: 200 payloads through every door.

The browser does not heed the Content-Security-Policy here. What stands between a payload and the reader is then only
that each text is escaped, cleaned or refused.
"""

import html
import re
from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote, urlencode, urljoin

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.record import note
from accounts.roles import ADMINISTRATOR
from contacts.models import Commune, Contact, Organisation
from core.changes import batch
from desk.history import kept_fields
from desk.models import Typed
from library.models import EmptySearch
from practices.models import (
    Practice,
    PracticeIndicator,
    PracticeLink,
    PracticeSection,
    PracticeSource,
    Review,
    SectionKind,
    Term,
    Topic,
)
from sessions_app.models import AgendaItem, Session, SessionDocument, SessionFigure, SessionPartner, Speaker
from tests.browser.conftest import DESK
from tests.conftest import has_typed_the_password
from tests.factories import (
    make_audience,
    make_broken_link,
    make_commune,
    make_contact,
    make_locality,
    make_organisation,
    make_practice,
    make_session,
    make_source_document,
    make_staff,
    make_term,
    make_theme,
    make_topic,
)
from tests.payloads import ADDRESSES, IMAGE, PAYLOADS, SCRIPT
from translations.exports import ExportedTexts
from translations.imports import DeliveredFile, Refusal, Taken
from translations.models import Translation, TranslationImport

pytestmark = [
    pytest.mark.any_database,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.ignore_template_errors,
    pytest.mark.repeats,
]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
# Each payload stands in one language of one object. In a fiche there are the most places.
WORLDS = -(-len(PAYLOADS) // len(LANGUAGES))
FORM = "form[id$=_form]"
# A form with hundreds of texts takes its time on a busy machine. Milliseconds.
PATIENCE = 120_000
# Words for a box whose length nobody limits.
MANY = 12

# What a payload would leave in a page if it were read as HTML: handlers, addresses that are a script, scripts
# themselves, and elements that take in other pages.
ALIVE = """() => {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    for (const {name, value} of element.attributes) {
      const address = value.replace(/[\\u0000-\\u0020]+/g, "");
      if (/^on/i.test(name) || (!/^(value|data-.*|title|alt|aria-.*|content|placeholder)$/.test(name)
          && /^(javascript|vbscript|livescript|data|feed|view-source):/i.test(address))) {
        found.push(`${element.localName} ${name}=${value}`.slice(0, 200));
      }
    }
    const name = element.localName;
    if (["iframe", "object", "embed", "base", "frameset", "xss", "applet"].includes(name)
        || (name === "meta" && element.httpEquiv === "refresh")
        || (name === "script" && !element.src && !element.nonce && !/json/.test(element.type))
        || (element.src && !element.src.startsWith(`${location.origin}/`))) {
      found.push(element.outerHTML.slice(0, 200));
    }
  }
  return found;
}"""
# Writes a text into each box of a form as far as it may be long, and sends it as it is. A text of words of its own can
# be sent again and again: what is unique stays so.
SEND = """([form, payloads, fits, button]) => {
  let turn = 0;
  const boxes = [...form.elements].filter((box) => ["text", "textarea", "url", "email", "search"].includes(box.type)
    && !/^(id_)?(seen|publish_on|archive_on)/.test(box.name));
  for (const box of boxes) {
    const most = fits && box.maxLength > 0 ? box.maxLength : Infinity;
    let text = "";
    for (let number = 0; number < payloads.length; number++) {
      const more = payloads[(turn + number) % payloads.length];
      if (text.length + more.length + 1 <= most) text += `${more} `;
    }
    box.value = text.trim();
    turn += 1;
  }
  if (button) form.append(Object.assign(document.createElement("input"), {type: "hidden", name: button, value: "1"}));
  form.removeAttribute("target");
  HTMLFormElement.prototype.submit.call(form);
}"""


@pytest.fixture
def opened(browser, portal_without_content):
    """Opens pages in a browser without Content-Security-Policy, and tells of each what ran or could run in it."""
    contexts = []

    class Opened:
        def __init__(self, context) -> None:
            self.page = context.new_page()
            self.ran: list[str] = []
            self.seen = 0
            self.page.on("dialog", self.note)
            self.page.on("popup", lambda popup: self.ran.append(f"popup from {self.page.url}"))

        def note(self, dialog) -> None:
            if dialog.type == "alert":
                self.ran.append(f"an alert at {self.page.url}")
            dialog.accept()

        def go(self, address: str) -> None:
            answer = self.page.goto(address)
            assert answer.status < 500, address
            self.look()

        def look(self) -> None:
            """Open what is folded, too: an editor is made only then."""
            self.seen += 1
            self.page.evaluate(
                "document.querySelectorAll('main details, #content details').forEach((d) => d.open = true)"
            )
            self.ran += [f"{found} at {self.page.url}" for found in self.page.evaluate(ALIVE)]

        def send(self, form: str, payloads: list[str], *, fits: bool = False, button: str = "") -> None:
            with self.page.expect_navigation(timeout=PATIENCE) as navigation:
                self.page.locator(form).first.evaluate(
                    f"(form, choice) => {{ const send = {SEND}; setTimeout(() => send([form, ...choice])); }}",
                    [payloads, fits, button],
                )
            assert navigation.value.status < 500, self.page.url
            self.look()

    def opened(user=None, language: str = "fr"):
        context = browser.new_context(viewport=DESK, base_url=portal_without_content, bypass_csp=True, locale=language)
        contexts.append(context)
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}
        if user:
            cookies[settings.SESSION_COOKIE_NAME] = session_of(user)
        context.add_cookies(
            [{"name": name, "value": value, "url": portal_without_content} for name, value in cookies.items()]
        )
        return Opened(context)

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def portal_without_content(live_server):
    return live_server.url


def session_of(user) -> str:
    client = Client()
    client.force_login(user)
    has_typed_the_password(client, user)
    return client.session.session_key


def text_fields(model: type[models.Model]) -> Iterator[models.Field]:
    """Those in which somebody writes words of their own."""
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.SlugField)
        if is_text and field.editable and not (field.choices or field.unique) and field.name in kept_fields(model):
            yield field


def fill(row: models.Model, number: int) -> None:
    """Write payloads into each text of `row`, as many as there is room for and as are not refused. Luxembourgish is
    left to the translation file."""
    for place, field in enumerate(text_fields(type(row))):
        if field.name.endswith("_lb") or is_heading_of_another_kind(row, field):
            continue
        turn = (number + place * 17) % len(PAYLOADS)
        choice = PAYLOADS[turn:] + PAYLOADS[:turn]
        if isinstance(field, models.URLField):
            choice = ADDRESSES[number % len(ADDRESSES) :] + ADDRESSES
        text = ""
        for payload in choice[: MANY if not field.max_length else None]:
            longer = f"{text} {payload}".strip()
            if field.max_length and len(longer) > field.max_length:
                continue
            try:
                text = field.clean(longer, row)
            except ValidationError:
                continue
            if hasattr(field, "sanitize") or isinstance(field, models.URLField):
                break
        if text:
            setattr(row, field.name, text)
    row.save()


def is_heading_of_another_kind(row: models.Model, field: models.Field) -> bool:
    return field.name.startswith("heading_") and row.kind != SectionKind.OTHER


def make_worlds() -> None:
    """Rows of every model, with a payload in every text: each payload stands in each kind of field of a fiche."""
    theme, document = make_theme(), make_source_document()
    with batch():
        for number in range(0, WORLDS * len(LANGUAGES), len(LANGUAGES)):
            make_world(number, theme, document)
        fill(theme, 0)
        fill(document, 0)


def make_world(number: int, theme, document) -> None:
    commune, organisation = make_commune(), make_organisation()
    contact = make_contact(organisation=organisation, display="public")
    topic, audience = make_topic(), make_audience()
    practice = make_practice(
        theme=theme,
        communes=(commune,),
        topics=(topic,),
        audiences=(audience,),
        organisations=(organisation,),
        contacts=(contact,),
        summary_fr=PAYLOADS[number % len(PAYLOADS)],
    )
    session = make_session(locality="x", venue_fr="x", series_name="x")
    session.practices.add(practice)
    rows = [commune, make_locality(commune), organisation, contact, topic, audience, make_term(), practice, session]
    rows += [PracticeSection(practice=practice, kind=kind, position=place) for place, kind in enumerate(SectionKind)]
    rows += [
        practice.practice_organisations.get(),
        practice.practice_contacts.get(),
        PracticeIndicator(practice=practice, value=1, label_fr="x"),
        PracticeLink(practice=practice, url="https://x.lu/", label_fr="x"),
        PracticeSource(practice=practice, document=document),
        AgendaItem(session=session, title_fr="x"),
        Speaker(session=session, name="x"),
        SessionPartner(session=session, organisation=organisation, role="organiser"),
        SessionFigure(session=session, label_fr="x", value=1),
        SessionDocument(session=session, title_fr="x", url="https://x.lu/"),
    ]
    for place, row in enumerate(rows):
        fill(row, number + place)


def translate_all() -> None:
    """The Luxembourgish texts, from files that an agency sends back."""
    payloads = cycle(PAYLOADS)

    def target(_found: re.Match) -> bytes:
        legal = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", next(payloads))
        return f"<target>{html.escape(legal)}</target>".encode()

    taken = 0
    for document in ExportedTexts("lb", Translation.objects.all()).documents():
        file = re.sub(rb'<target state="needs-translation" ?/>', target, document)
        delivered = DeliveredFile(SimpleUploadedFile("lb.xlf", file))
        delivered.check()
        taken += sum(report.taken for report in delivered.import_documents(by=None))
    assert taken > 100


def test_the_payloads_are_alive(browser):
    """The control: where nothing is escaped many of them run by themselves, and the search finds what could run."""
    page = browser.new_page(bypass_csp=True)
    ran: set[str] = set()
    page.on("dialog", lambda dialog: (ran.add(dialog.message), dialog.accept()))
    found = set()

    for number, payload in enumerate(PAYLOADS):
        numbered = payload.replace("alert()", f"alert({number})")
        page.set_content(
            f"<!DOCTYPE html><title>{numbered}</title></title><p>{numbered}</p></textarea></style></script></select>"
            f'<input value="{numbered}"><input value=\'{numbered}\'><a href="{numbered}">x</a>'
            f"<script>var a = '{numbered}';</script><script>var b = \"{numbered}\";</script>"
            f"<script>var c = `{numbered}`</script>",
        )
        # The scripts of this page are its own.
        if [line for line in page.evaluate(ALIVE) if not line.startswith("<script>var ")]:
            found.add(str(number))

    page.close()
    assert len(set(PAYLOADS)) >= 200
    assert len(ran) > 60
    assert len(found | ran) > 150


PUBLIC = [
    "/{}/",
    "/{}/practices/",
    "/{}/practices/?page=2",
    "/{}/practices/?page=3",
    "/{}/practices/?view=map",
    "/{}/communes/",
    "/{}/organisations/",
    "/{}/contacts/",
    "/{}/sessions/",
    "/{}/glossary/",
    "/{}/helpdesk/",
    "/{}/about/",
]


@pytest.mark.parametrize("languages", [["fr", "de"], ["en", "lb"]], ids="-".join)
def test_nothing_runs_on_public_pages(opened, languages):
    make_worlds()
    if "lb" in languages:
        translate_all()

    for language in languages:
        browser = opened(language=language)
        for address in PUBLIC:
            browser.go(address.format(language))
        for practice in Practice.objects.order_by("pk"):
            browser.go(f"/{language}/practices/{practice.slug}/")
        for noun, model in {"communes": Commune, "organisations": Organisation, "sessions": Session}.items():
            for row in model.objects.order_by("pk")[::4]:
                browser.go(f"/{language}/{noun}/{row.slug}/")
        assert browser.seen > WORLDS * 1.7
        assert not browser.ran, browser.ran[:10]


def test_nothing_runs_of_what_a_visitor_asks_for(opened):
    make_world(0, make_theme(), make_source_document())
    browser = opened()

    for path in ["search/", "practices/", "communes/", "organisations/", "contacts/", "glossary/"]:
        for payload in PAYLOADS if path == "practices/" else PAYLOADS[::16]:
            browser.go(f"/fr/{path}?{urlencode({'q': payload[:100]})}")
    for name in ["theme", "topic", "commune", "page", "view", "sort", "next", "standing", *PAYLOADS[::10]]:
        for payload in PAYLOADS[::60]:
            browser.go(f"/fr/practices/?{urlencode({name: payload})}")
    for payload in PAYLOADS[::10]:
        browser.go(f"/fr/practices/{quote(payload, safe='')}/")
        browser.go(f"/fr/{quote(payload)}")
        browser.go(f"/admin/login/?{urlencode({'next': payload})}")
        browser.go(f"/i18n/setlang/?{urlencode({'next': payload})}")

    assert not browser.ran, browser.ran[:10]


@pytest.fixture
def administrator(db):
    user = make_staff(ADMINISTRATOR, first_name=IMAGE, last_name=SCRIPT)
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    return user


def make_records(by) -> None:
    """What the desk notes by itself."""
    practice = Practice.objects.first()
    for payload in PAYLOADS:
        EmptySearch.objects.create(query=payload[:100], language="fr", fingerprint=payload[:64])
        note("exported", by=by, about=practice, files=payload, **{"language": payload})
    said = {"message": "\n".join(PAYLOADS), "comment": "\n".join(PAYLOADS)}
    Review.objects.create(practice=practice, asked_by=by, decided_by=by, decided_at=timezone.now(), **said)
    refused = [
        dict.fromkeys(Refusal.__annotations__, payload) | {"is_broken": number % 2 == 0, "taken_by": ""}
        for number, payload in enumerate(PAYLOADS)
    ]
    taken = [dict.fromkeys(Taken.__annotations__, payload) for payload in PAYLOADS]
    TranslationImport.objects.create(
        file_name=IMAGE, content=SCRIPT, language="de", refused=refused, taken_texts=taken, imported_by=by
    )
    Typed.objects.create(
        user=by,
        model="practices.practice",
        key=str(practice.pk),
        kept_at=timezone.now(),
        data={
            name: [IMAGE + SCRIPT] for name in ["title_fr", "summary_fr", "sections-0-body_fr", "sections-1-body_de"]
        },
    )
    for number, payload in enumerate(ADDRESSES):
        make_broken_link(f"https://x.lu/{number}/{payload}", uses=[["practices.practice", practice.pk]])


def change_all_texts() -> None:
    """So that there are differences to be shown: versions, drafts, outdated translations."""
    for number, model in enumerate([Practice, Session, Organisation, Contact, Topic, Term]):
        for row in model.objects.order_by("pk")[:2]:
            with batch():
                fill(row, number + 100)
    for section in PracticeSection.objects.order_by("pk")[:30]:
        fill(section, section.pk)


def test_nothing_runs_in_lists_of_the_desk(opened, administrator):
    make_worlds()
    make_records(administrator)

    for language in LANGUAGES:
        browser = opened(administrator, language)
        browser.go("/admin/")
        for model in admin.site._registry:
            for page in range(1, 4 if model._default_manager.count() > 100 else 2):
                browser.go(f"/admin/{model._meta.app_label}/{model._meta.model_name}/?p={page}")
        assert not browser.ran, browser.ran[:10]


def test_nothing_runs_in_forms_histories_and_questions(opened, administrator):
    with batch():
        for number in range(0, 24, 8):
            make_world(number, make_theme(), make_source_document())
    translate_all()
    make_records(administrator)
    change_all_texts()
    browser = opened(administrator)

    for model in admin.site._registry:
        desk = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        rows = model._default_manager.order_by("pk")
        # Rows of a record are alike: the one with the most in it was added last.
        for row in {rows.first(), rows.last()} - {None}:
            for page in ["change", "history", "delete", "correction", "merge"]:
                browser.go(f"{desk}{row.pk}/{page}/")
                if page == "history":
                    links = browser.page.locator("main a[href*='/history/'], #content a[href*='/history/']")
                    addresses = [link.get_attribute("href") for link in links.all()]
                    for address in addresses[:1]:
                        browser.go(urljoin(browser.page.url, address))
    for translation in Translation.objects.filter(language="lb").order_by("pk")[:6]:
        browser.go(f"/admin/translations/translation/{translation.pk}/change/")
    Practice.objects.first().delete()
    browser.go("/admin/bin/")
    browser.go("/admin/")

    assert not browser.ran, browser.ran[:10]


@pytest.mark.parametrize("fits", [False, True], ids=["refused", "saved"])
def test_nothing_runs_of_what_is_typed_in_a_form(opened, administrator, fits):
    """A form comes back with all that was typed, or is saved and shown in a list with its sentence."""
    make_world(0, make_theme(), make_source_document())
    browser = opened(administrator)
    sent: set[type[models.Model]] = set()

    for model, model_admin in admin.site._registry.items():
        desk = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        request = RequestFactory().get("/")
        request.user = administrator
        pages = [f"{desk}add/"] if model_admin.has_add_permission(request) else []
        row = model._default_manager.order_by("pk").first()
        if row and model_admin.has_change_permission(request, row):
            pages.append(f"{desk}{row.pk}/change/")
        for page in pages:
            browser.go(page)
            browser.send(FORM, PAYLOADS, fits=fits)
            sent.add(model)
            if model is Practice:
                for start in range(0, len(PAYLOADS), 50):
                    browser.go(page)
                    browser.send(FORM, PAYLOADS[start:] + PAYLOADS[:start], fits=True, button="_preview_fr")
    for page in ["login/", "account/password/", "password_change/", "translations/translation/import/"]:
        visitor = browser if "translations" in page or "change" in page else opened()
        visitor.go(f"/admin/{page}")
        visitor.send("form[method=post]:has(input:not([type=hidden]))", PAYLOADS)
        assert not visitor.ran, visitor.ran[:10]

    assert len(sent) > 11
    assert not browser.ran, browser.ran[:10]
