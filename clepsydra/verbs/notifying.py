"""`notify`: alarms of a pump to a command or a URL. CPython only.

clepsydra notify "mail -s pump me@example.org" --pump sim
"""

from argparse import ArgumentParser, Namespace
from contextlib import closing
from threading import Event
from timeit import default_timer
from typing import Any

from clepsydra.errors import ClepsydraError
from clepsydra.notify.alarm_watch import AlarmWatch, sentence
from clepsydra.notify.hooks import HookFailed, hook_of
from clepsydra.notify.notifier import Notifier
from clepsydra.pump.remote_pump import Pump, connect
from clepsydra.verbs.verb_options import STATUS_TEXT
from host_sim.shared import ending
from host_sim.shared.argument_types import filled

BEAT_S, AGAIN_S = 1.0, 2.0


def add(commands: Any) -> None:
    parser: ArgumentParser = commands.add_parser(
        "notify",
        help="hand the pump's alarms to a command or a URL, until Ctrl-C",
        description="Look at the pump once a second, and hand each alarm that begins or is over to "
        "a command (on its standard input) or a URL (as a POST), as JSON; also that the pump does "
        "not answer. What fails is tried again for two minutes. It only reads. Beside the page "
        "this is `serve --notify`.",
        epilog=STATUS_TEXT,
    )
    parser.add_argument("hook", metavar="COMMAND|URL")
    parser.add_argument("--pump", type=filled, metavar="PUMP", help="as of all verbs")
    parser.add_argument("--test", action="store_true", help="hand over one notice, and end")
    parser.set_defaults(command=_notify)


def _notify(arguments: Namespace) -> int:
    hook = hook_of(arguments.hook)
    pump: Pump | None = connect(arguments.pump)
    said, address = pump.said, pump.session.address
    watch = AlarmWatch(said)
    watch.is_about(str((pump.config or {}).get("name", "")), pump.identity().serial)
    if arguments.test:
        try:
            hook(watch.test(pump.status()))
        except HookFailed as error:
            raise HookFailed(f"the hook has not taken the test notice: {error}") from error
        finally:
            pump.close()
        print("the hook has taken a test notice")
        return ending.DONE
    with closing(Notifier(hook)) as notifier:
        print(f"watching {said}; Ctrl-C ends it, the pump goes on as it is", flush=True)
        while True:
            status, trouble = None, ""
            try:
                pump = pump or connect(address)
                status = pump.status()
            except ClepsydraError as error:  # a key that is not taken any more, too
                trouble = str(error)
                if pump is not None:
                    pump.close()
                pump = None
            for notice in watch.news(status, trouble, default_timer()):
                print(sentence(notice), flush=True)
                notifier.tell(notice)
            pause(BEAT_S if pump is not None else AGAIN_S)


def pause(seconds: float) -> None:
    Event().wait(seconds)
