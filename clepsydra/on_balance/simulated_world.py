"""The time and the outlet of a live simulated pump, for a simulated balance under it. CPython only.

    world = RunningWorld(run)
    clock = LedClock(world, "sim:flex_week")
    clock.wait_until_s(clock.now_s() + 3600)     # nothing has happened yet
    clock.meet()                                 # the pump has gone through that hour
    clock.outlet.volume_ul(clock.now_s())

The clock runs ahead of the pump, which follows when somebody looks at its outlet or meets it: each
look is a question over a socket, and a wire has many instants between two looks.
"""

import math
from datetime import datetime, timedelta
from typing import Protocol

from bench.balances.transport import Clock
from bench.rehearse.delivery_file import PL_PER_UL, Delivery
from bench.rehearse.virtual_clock import BEGAN
from host_sim.live import running
from host_sim.live.running import Running

Point = tuple[float, float]  # s, uL


class World(Protocol):
    def pass_to(self, at_ms: int) -> tuple[int, int]:
        """Let time pass up to an instant; returns (true ms by now, pL at the outlet by then). A
        live pump may be further by then.
        """


class RunningWorld:
    """Of a live pump in another process."""

    def __init__(self, run: Running) -> None:
        self._run = run

    def pass_to(self, at_ms: int) -> tuple[int, int]:
        """See World. NotRunning."""
        while True:
            seen = running.ask(self._run, {"do": "pass", "to_ms": at_ms})
            if seen["at_ms"] >= at_ms:
                return int(seen["at_ms"]), int(seen["outlet_pl"])


class LedClock(Clock):
    """The pump's true time, which this clock leads. outlet: what has come out, as a Delivery."""

    def __init__(self, world: World, called: str) -> None:
        self._world = world
        self._called = called
        self._before = self._after = self._seen(0)
        self._now_s = self._after[0]
        self.outlet = _Outlet(self)

    def now_s(self) -> float:
        return self._now_s

    def wait_until_s(self, instant_s: float) -> None:
        self._now_s = max(self._now_s, instant_s)

    def wall(self) -> datetime:
        return BEGAN + timedelta(seconds=self._now_s)

    def zero(self) -> str:
        return f"that of {self._called}"

    def meet(self) -> None:
        """The pump comes up to this clock, or this clock to a pump that is further."""
        self._pass(self._now_s)
        self._now_s = max(self._now_s, self._after[0])

    def volume_ul(self, time_s: float) -> float:
        """At the outlet, at an instant not long before the last one that was asked for."""
        if time_s > self._after[0]:
            self._pass(time_s)
        (from_s, from_ul), (to_s, to_ul) = self._before, self._after
        if to_s <= from_s:
            return to_ul
        share = min(1.0, max(0.0, (time_s - from_s) / (to_s - from_s)))
        return from_ul + share * (to_ul - from_ul)

    def _pass(self, time_s: float) -> None:
        seen = self._seen(math.ceil(time_s * 1000))
        if seen[0] > self._after[0]:
            self._before, self._after = self._after, seen

    def _seen(self, at_ms: int) -> Point:
        at_ms, outlet_pl = self._world.pass_to(at_ms)
        return at_ms / 1000, outlet_pl / PL_PER_UL


class _Outlet(Delivery):
    """As a delivery that is still being written."""

    def __init__(self, clock: LedClock) -> None:
        super().__init__([0.0, 1.0], [0.0, 0.0])
        self._clock = clock

    def volume_ul(self, time_s: float) -> float:  # type: ignore[override]
        return self._clock.volume_ul(time_s)
