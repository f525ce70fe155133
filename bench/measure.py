import gc
import json
import logging
import statistics
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from practices.models import Practice

# Each page by several addresses in turn, so that no answer is one that was just given.
PAGES = {
    "list with facets": [
        f"practices/?sort={sort}&page={page}" for sort in ("newest", "updated", "title") for page in ("", "1")
    ],
    "filter": [
        f"practices/?{query}"
        for query in (
            "theme=housing",
            "theme=pci&territory=local",
            "topic=sport",
            "commune=strassen",
            "canton=wiltz&year=2017",
            "organisation=asti",
            "audience=women&theme=participation",
        )
    ],
    "full-text search": [
        f"practices/?q={words}"
        for words in (
            "café des langues",
            "Sprachencafé",
            "jardin",
            "kanner schoul",
            "housing refugees",
            "Gemengepakt",
            "commune",
            "int",
        )
    ],
    "map of the library": ["practices/?view=map", "practices/?view=map&theme=pci", "practices/?view=map&q=jardin"],
    "page of a commune": ["communes/strassen/", "communes/wahl/", "communes/luxembourg/"],
    "finder": [
        f"communes/suggestions/?q={words}" for words in ("esch", "strasen", "Baschraach", "belval", "L-4750", "wahl")
    ],
}


class Command(BaseCommand):
    help = "Milliseconds (p50, p95) and queries of the pages that search; within this process, without the network."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rounds", type=int, default=6, help="times that each address is asked for")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.WARNING)
        # As the worker of gunicorn.conf.py does.
        gc.collect()
        gc.freeze()
        client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
        count = Practice.objects.published().count()
        results = {}
        for name, addresses in PAGES.items():
            times, queries = [], 0
            for round_number in range(options["rounds"] + 1):
                for address in addresses:
                    reset_queries()
                    with CaptureQueriesContext(connection) as captured:
                        start = time.perf_counter()
                        response = client.get(f"/{settings.LANGUAGE_CODE}/{address}")
                        elapsed = 1000 * (time.perf_counter() - start)
                    if response.status_code not in {200, 404}:
                        raise SystemExit(f"{address} answered {response.status_code}")
                    queries = max(queries, len(captured))
                    # The first round only warms up.
                    if round_number:
                        times.append(elapsed)
            p95 = statistics.quantiles(times, n=20)[-1]
            results[name] = {"p50": statistics.median(times), "p95": p95, "queries": queries}
        if options["json"]:
            self.stdout.write(json.dumps({"fiches": count, "vendor": connection.vendor, "pages": results}))
            return
        self.stdout.write(f"{connection.vendor}, {count} fiches")
        for name, row in results.items():
            self.stdout.write(
                f"  {name:<20} p50 {row['p50']:7.1f} ms   p95 {row['p95']:7.1f} ms   {row['queries']} queries"
            )
