"""Ctrl-C, a terminal that is closed and a program that is told to end, while a pump delivers.
CPython only.

    with told_to_end():             # each is as good as Ctrl-C
        try:
            weigh()
        finally:
            with not_told():        # a second one does not break off the stop of the pump
                stop()
"""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ENDINGS = ("SIGINT", "SIGTERM", "SIGHUP")


@contextmanager
def told_to_end() -> Iterator[None]:
    """Each of them is a KeyboardInterrupt: what runs within has to stop the pump."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with _handled(interrupt):
        yield


@contextmanager
def not_told() -> Iterator[None]:
    """Each of them is answered by a line, and what runs within goes on to its end."""

    def say(*_: object) -> None:
        try:
            print("bench: the pump is being stopped, which comes first", file=sys.stderr)
        except OSError:
            return  # the terminal is gone; the pump has to be stopped all the same

    with _handled(say):
        yield


@contextmanager
def _handled(handler: Callable[..., None]) -> Iterator[None]:
    before = {}
    for name in ENDINGS:
        number = getattr(signal, name, None)
        # What is ignored stays so: under nohup a terminal may be closed
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            try:
                before[number] = signal.signal(number, handler)
            except ValueError:
                continue  # not in the main thread: nobody ends it by a signal
    try:
        yield
    finally:
        for number, former in before.items():
            signal.signal(number, signal.SIG_DFL if former is None else former)
