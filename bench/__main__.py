"""What a visit costs: `bin/bench` measures the portal and a bare project beside it. See docs/performance.md."""

import argparse
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench import pages, report
from bench.databases import SERVER, VAR_DIR, changing, database
from bench.first_view import kilobytes
from bench.load import Address, cpu_of_a_request, load, with_etags, wrk
from bench.report import Case, Figures
from bench.servers import BARE, PORTAL, Server, environment, serving
from gresil.settings import BASE_DIR


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    add = parser.add_argument
    add("--sizes", nargs="+", type=int, default=[25, 10_000], help="practices; each size has a database of its own")
    add("--pages", nargs="+", choices=pages.PORTAL, default=[*pages.PORTAL], help="by default all")
    add("--connections", nargs="+", type=int, default=[1, 16, 64], help="at once, for requests a second")
    add("--seconds", type=float, default=2, help="of each measurement")
    add("--rounds", type=int, default=3, help="of which the median counts")
    add("--fresh", action="store_true", help="make the databases anew")
    add("--write", action="store_true", help=f"write the tables to {report.DOCUMENT.relative_to(BASE_DIR)}")
    return parser.parse_args()


def manage(*command: str, database_url: str) -> None:
    subprocess.run(  # noqa: S603 - a command of our own
        [sys.executable, "manage.py", *command], cwd=BASE_DIR, env=environment(database_url), check=True
    )


@contextmanager
def serving_all(sizes: list[int], *, fresh: bool) -> Iterator[dict[int, dict[str, Server]]]:
    """Size -> its servers. All run at the same time, so that rounds alternate between sizes too."""
    urls = {size: database(size, fresh=fresh) for size in sizes}
    if SERVER:
        manage("collectstatic", "--noinput", "--verbosity", "0", database_url=urls[sizes[0]])
    with ExitStack() as stack:
        start = stack.enter_context
        yield {
            size: {
                "bare": start(serving(BARE, url)),
                "anew": start(serving(PORTAL, url, KEEP_PAGES="false")),
                "kept": start(serving(PORTAL, url)),
            }
            for size, url in urls.items()
        }


def cases(servers: dict[str, Server], page: str) -> dict[str, tuple[Server, list[Address]]]:
    """Case -> the server and what it is asked for; without those that are not there."""
    asked = pages.PORTAL[page]
    # A page that is not kept has no ETag.
    kept = with_etags(servers["kept"], asked)
    some = {
        "constant": (servers["bare"], pages.CONSTANT),
        "bare": (servers["bare"], pages.BARE.get(page, [])),
        "anew": (servers["anew"], asked),
        "kept": (servers["kept"], [Address(address.path) for address in kept]),
        "revalidated": (servers["kept"], kept),
        "after a change": (servers["kept"], asked),
    }
    return {name: (server, addresses) for name, (server, addresses) in some.items() if addresses}


def measure(servers: dict[int, dict[str, Server]], options: argparse.Namespace) -> Figures:
    figures = Figures()
    for page in options.pages:
        for number in range(options.rounds):
            # The last case of a round has ended what the ETags stood for.
            asked = {
                Case(size, page, name): case for size in servers for name, case in cases(servers[size], page).items()
            }
            if not number:
                for server, addresses in asked.values():
                    # Both workers have then seen the page.
                    load(server, addresses, connections=16, seconds=1)
            for case, (server, addresses) in asked.items():
                if case.name == report.CHANGED:
                    with changing(server.database_url) as change:
                        figures.cpu[case].append(cpu_of_a_request(server, addresses, options.seconds, change))
                    continue
                figures.cpu[case].append(cpu_of_a_request(server, addresses, options.seconds))
                for connections in options.connections:
                    figures.load[case, connections].append(load(server, addresses, connections, options.seconds))
        for size, of_size in servers.items():
            # Elsewhere than in production files are not compressed.
            if SERVER:
                figures.first_view[size, page] = kilobytes(of_size["kept"], pages.PORTAL[page][0])
        print(report.progress(figures, page), flush=True)
    return figures


def main() -> None:
    options = arguments()
    wrk()
    # Also then the servers are to be ended.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Ended."))
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    with serving_all(sorted(options.sizes), fresh=options.fresh) as servers:
        figures = measure(servers, options)
    text = report.tables(figures, "PostgreSQL" if SERVER else "SQLite")
    print(text)
    if options.write:
        report.write(text)


if __name__ == "__main__":
    main()
