"""A real Chromium against a real server. Found in `CHROMIUM` or on the path; without one the tests are left out."""

import os
import shutil

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test.testcases import LiveServerThread
from playwright.sync_api import sync_playwright

# Playwright runs an event loop of its own, in which Django would refuse to use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 360, "height": 800}
DESK = {"width": 1440, "height": 900}


class PatientServer(ThreadedWSGIServer):
    """Ends when its last request has ended: until then PostgreSQL would not drop the test database."""

    daemon_threads = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown():
    """A last request of the browser may have kept the content types of tables that were emptied after it."""
    yield
    ContentType.objects.clear_cache()


@pytest.fixture(scope="session")
def patient_server(django_db_setup):
    LiveServerThread.server_class = PatientServer


# The server is set up before the browser, so that the browser hangs up before the server waits for that.
@pytest.fixture(scope="session")
def browser(patient_server, live_server):
    executable = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not executable:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("No Chromium: install the package chromium, or set CHROMIUM to its path.")
        pytest.skip("No Chromium here: browser tests are left out. Install the package chromium, or set CHROMIUM.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield chromium
        chromium.close()
        # Beside Playwright's event loop Django keeps connections of its own, out of reach once the loop has ended.
        connections.close_all()


@pytest.fixture
def portal(content, live_server):
    """The address of a running portal with its real content."""
    return live_server.url


@pytest.fixture
def open_page(browser, portal):
    """Opens a path of the portal in a fresh context; fails at the end if the browser had anything to complain of."""
    contexts, complaints = [], []

    def open_page(path: str, **options):
        context = browser.new_context(**{"viewport": PHONE, "base_url": portal} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url) if portal not in request.url else None)
        page.goto(path)
        return page

    open_page.complaints = complaints
    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
