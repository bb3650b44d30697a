"""Whether a pump will let through what is to be weighed, before it is asked to: its state, its
reservoir, its caps. CPython only.

    status = stand_ready(pump)
    will_let_through(stretches, pump, status)
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from clepsydra.amounts import dose_text, volume_text
from clepsydra.errors import BadInput
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump
from firmware.therapy.programs import Plan

S_PER_HOUR, S_PER_DAY = 3600, 86_400
# What is counted leaves a window by whole buckets: of a minute, and of five
BUCKET_S = {S_PER_HOUR: 60, S_PER_DAY: 300}


class Stretch(NamedTuple):
    """A flow and how long it lasts."""

    pl_per_day: int
    lasts_s: float

    @property
    def volume_pl(self) -> float:
        return self.pl_per_day * self.lasts_s / S_PER_DAY


def stand_ready(pump: Pump) -> Status:
    """Its status, where it can be put to the test at all. BadInput."""
    status = pump.status()
    raw = status.raw
    wrong = None
    if status.state != "STOPPED":
        wrong = f"the pump is {status.state}; it has to be STOPPED: clepsydra stop"
    elif not raw["dose_confirmed"]:
        wrong = "the pump was without power, and its dose is not confirmed: clepsydra confirm-dose"
    elif pump.program()["mode"] == Plan.NAME:
        wrong = "a plan is in force; end it first: clepsydra titration end"
    elif raw["bridge"]:
        wrong = "a bridge is in force, which changes the rates: clepsydra bridge"
    if wrong:
        raise BadInput(f"{wrong}; nothing was sent")
    return status


def will_let_through(stretches: Sequence[Stretch], pump: Pump, status: Status) -> None:
    """BadInput where reservoir, caps or monitor would end or lower it."""
    config = pump.config or {}
    total_pl = sum(one.volume_pl for one in stretches)
    left_pl = status.raw["residual_pl"] - config["reservoir"]["residual_pl"]
    if total_pl > left_pl:
        raise BadInput(
            f"it takes {volume_text(total_pl)}, and {volume_text(max(0, left_pl))} are left in the "
            "reservoir above its residual: fill it, or weigh less (--rates, --for, --count); "
            "nothing was sent"
        )
    for most, counted, window_s, said in _caps(config, status.raw, pump.conc_ng_per_ml):
        if most is None:
            continue
        reached = counted + _most_in(stretches, window_s + BUCKET_S[window_s])
        if reached > most:
            hours = "1 h" if window_s == S_PER_HOUR else "24 h"
            raise BadInput(
                f"{said(reached)} would be counted in {hours}, and the pump lets {said(most)} "
                "through: weigh lower rates, shorter, or one at a time (--rates, --for); "
                "nothing was sent"
            )


def _caps(config: dict[str, Any], raw: dict[str, Any], conc: int) -> list[tuple[Any, ...]]:
    """(limit, counted by now, its window, how it is said), limits and counts in pL."""
    limits = config["limits"]

    def held(pl: float) -> str:
        return dose_text(pl * conc / 10**9)

    found: list[tuple[Any, ...]] = []
    for window_s, hours in ((S_PER_HOUR, "1h"), (S_PER_DAY, "24h")):
        found.append((limits[f"monitor_{hours}_pl"], 0, window_s, volume_text))
        cap_ng = limits[f"max_dose_{hours}_ng"]
        if conc and cap_ng is not None:
            counted_pl = raw[f"dose_{hours}_ng"] * 10**9 / conc
            found.append((cap_ng * 10**9 / conc, counted_pl, window_s, held))
    return found


def _most_in(stretches: Sequence[Stretch], window_s: float) -> float:
    """The most volume in any window, pL. One that holds most ends where a stretch does, or begins
    where one begins.
    """
    edges = [0.0]
    for one in stretches:
        edges.append(edges[-1] + one.lasts_s)
    ends = [*edges, *(edge + window_s for edge in edges)]

    def within(from_s: float, to_s: float) -> float:
        return sum(
            one.pl_per_day * max(0.0, min(to_s, edges[n + 1]) - max(from_s, edges[n])) / S_PER_DAY
            for n, one in enumerate(stretches)
        )

    return max(within(end - window_s, end) for end in ends)
