"""A simulated pump for a demonstration: it has run for some days of its scenario when it is first
seen. CPython only.

with demo_pump("flex_week") as run:
    ...
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from timeit import default_timer

from clepsydra.errors import NoPump
from clepsydra.link.targets import SCENARIOS, interpreter_here
from firmware.units import MS_PER_DAY, MS_PER_HOUR
from host_sim.live import running, starting
from host_sim.live.running import NotRunning, Running

FAST, DEMO_SPEED = "20000", "60"
SEEN_FROM_MS = 2 * MS_PER_DAY + 7 * MS_PER_HOUR  # an hour before the bolus of flex_week
WITHIN_S = 120.0


@contextmanager
def demo_pump(name: str) -> Iterator[Running]:
    """It plays its scenario, and ends with the block."""
    path = SCENARIOS / f"{name}.toml"
    options = starting.Options(interpreter_here(), FAST, play=True)
    try:
        if any(run.name == name for run in running.running()):
            raise NoPump(f"a live pump {name} runs already; end it: clepsydra sim end {name}")
        run = starting.run_detached(path, options)
    except NotRunning as error:
        raise NoPump(str(error)) from error
    try:
        _wait(run)
        yield run
    finally:
        running.ask(run, {"do": "end"})


def _wait(run: Running) -> None:
    """Until the scenario is where somebody begins to look, then on at a speed to be followed."""
    end_s = default_timer() + WITHIN_S
    while running.ask(run, {"do": "look"})["at_ms"] < SEEN_FROM_MS:
        if default_timer() > end_s:
            raise NoPump(f"the live pump {run.name} is too slow for a demonstration here")
        Event().wait(0.05)
    running.ask(run, {"do": "speed", "speed": DEMO_SPEED})
