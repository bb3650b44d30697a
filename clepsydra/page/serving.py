"""`serve`: the programmer as a page in a browser. CPython only.

clepsydra serve --pump sim
clepsydra serve --demo               a simulated pump on which something happens, and its page
"""

import secrets
import signal
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack, closing
from importlib.util import find_spec
from typing import Any

from clepsydra.errors import BadInput, ClepsydraError
from clepsydra.link import targets
from clepsydra.notify.hooks import hook_of
from clepsydra.notify.notifier import Notifier
from clepsydra.page.read_token import token_in
from clepsydra.verbs.verb_options import STATUS_TEXT
from host_sim.live import running
from host_sim.shared import ending
from host_sim.shared.argument_types import PORTS, filled, whole

LOOPBACK = "127.0.0.1"
NEEDED = ("starlette", "uvicorn", "jinja2", "prometheus_client")
DEMO = "flex_week"
GOES_ON, ENDS_TOO = "goes on as it is", "ends with it"


class PageMissing(ClepsydraError):
    """The packages of the extra `page` are not there."""

    status = ending.BAD_INPUT


def add(commands: Any) -> None:
    parser: ArgumentParser = commands.add_parser(
        "serve",
        help="show the pump as a page in a browser",
        description="Show the pump as a page in a browser of this computer, and drive it from "
        "there. The address that is printed has a token: whoever has it may drive the pump. Ctrl-C "
        "ends the page, and not the pump.",
        epilog=STATUS_TEXT,
    )
    parser.add_argument("--pump", type=filled, metavar="PUMP", help="as of all verbs")
    parser.add_argument(
        "--port", type=whole(*PORTS), default=8477, help="of the page (8477; 0: any)"
    )
    parser.add_argument(
        "--host", default=LOOPBACK, metavar="ADDRESS", help="of this computer (loopback)"
    )
    parser.add_argument(
        "--allow-remote",
        action="store_true",
        help="other computers may open it: nothing on the way is encrypted",
    )
    parser.add_argument(
        "--demo",
        action="store_true",
        help=f"start a simulated pump, {DEMO}, on which something happens; Ctrl-C ends both",
    )
    parser.add_argument(
        "--read-token",
        type=filled,
        metavar="FILE",
        help="holds the token with which programs read /metrics and /api/v1/status; it is made if "
        "it is not there",
    )
    parser.add_argument(
        "--notify",
        type=filled,
        metavar="COMMAND|URL",
        help="hand alarms to it, as `clepsydra notify` does",
    )
    parser.set_defaults(command=_serve)


def _serve(arguments: Namespace) -> int:
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise PageMissing(
            f"the page needs {', '.join(missing)}, not there: pip install 'clepsydra[page]'"
        )
    if arguments.demo and arguments.pump:
        raise BadInput("--demo starts a pump of its own: leave out --pump")
    loopback = arguments.host in (LOOPBACK, "localhost")
    if not loopback and not arguments.allow_remote:
        raise BadInput(
            f"--host {arguments.host} lets other computers drive the pump: add --allow-remote if "
            "that is meant"
        )
    if arguments.host in ("0.0.0.0", "::"):
        raise BadInput("--host: name the one address that the other computers open")
    read_token = token_in(arguments.read_token) if arguments.read_token else None
    hook = hook_of(arguments.notify) if arguments.notify else None
    with ExitStack() as ends:
        line = ends.enter_context(_listening(arguments.host, arguments.port))
        port = line.getsockname()[1]
        if arguments.demo:
            from clepsydra.page.demo import demo_pump

            target = targets.simulated(ends.enter_context(demo_pump(DEMO)))
        else:
            target = targets.find(arguments.pump)
        notifier = ends.enter_context(closing(Notifier(hook))) if hook else None
        after = ENDS_TOO if arguments.demo else GOES_ON
        told = _run(line, target, f"{arguments.host}:{port}", port, read_token, notifier, after)
    print(told, flush=True)
    return ending.DONE


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        raise BadInput(
            f"--port {port} on {host} cannot be had: {error.strerror}; name another, or 0 for any"
        ) from error


def _run(
    line: socket.socket,
    target: targets.Target,
    host: str,
    port: int,
    read_token: str | None,
    notifier: Notifier | None,
    after: str,
) -> str:
    """Until Ctrl-C; returns the last word about the pump. after: what it does then"""
    from clepsydra.page.alarm_news import follow
    from clepsydra.page.demo_faults import DemoWorld
    from clepsydra.page.owner import Owner
    from clepsydra.page.page_server import PageServer
    from clepsydra.page.site import Site
    from clepsydra.page.web_app import COOKIE, application

    owner = Owner(target)
    if notifier is not None:
        follow(owner, notifier)
    owner.start()
    runs = [run for run in running.running() if targets.simulated(run) == target]
    site = Site(owner, DemoWorld(runs[0]) if runs else None, notifier)
    token = secrets.token_urlsafe(24)
    hosts = {host, f"{LOOPBACK}:{port}", f"localhost:{port}"}
    app = application(site, hosts, token, f"{COOKIE}-{port}", read_token)
    print(f"the page of {target.said}: http://{host}/?token={token}", flush=True)
    print(f"Ctrl-C ends the page; the pump {after}", flush=True)
    _until_interrupted(lambda: PageServer(app, site).run(sockets=[line]))
    glance = owner.glance
    owner.close()
    state = f"was {glance.status.state} when last seen" if glance else "was never seen"
    return f"the page has ended; the pump {state}, and {after}"


def _until_interrupted(work: Callable[[], None]) -> None:
    """Ctrl-C, or a polite request to end: both leave time to end what was started."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        work()
    except KeyboardInterrupt:
        pass  # it was asked to end, and has ended
