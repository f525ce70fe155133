"""The web server, for `make run` and for production alike. Values come from the environment of the process."""

import gc
import runpy
from pathlib import Path

# Read before any worker starts: a wrong value ends here with its sentence, instead of ending one worker after another.
# Not imported, so that new workers read the settings anew.
settings = runpy.run_path(str(Path(__file__).with_name("gresil") / "settings.py"))

workers = int(settings["WEB_CONCURRENCY"])
threads = 4
timeout = 30
forwarded_allow_ips = "127.0.0.1"
control_socket_disable = True


def on_starting(server) -> None:
    server.log.info(settings["SETUP"])


def post_worker_init(worker) -> None:
    """What the portal has loaded stays until the worker ends. The collector would look through all of it every few
    hundred requests, and one visitor would wait for it, up to 0.1 s."""
    gc.collect()
    gc.freeze()
