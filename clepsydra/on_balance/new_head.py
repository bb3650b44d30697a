"""Another volume of a revolution for a pump: old beside new, staged, confirmed, stored, read back.
CPython only.

    after = with_volume(pump, pl_per_rev)
    pending = pump.stage_config(after)
    store(pump, after, pending)
"""

from copy import deepcopy
from typing import Any

from bench.calibrate.volume_per_rev import Calibration
from bench.shared.say import within
from clepsydra.amounts import change_text, flow_text
from clepsydra.errors import BadInput
from clepsydra.link.handing_over import Pending
from clepsydra.pump.remote_pump import Pump
from clepsydra.show.columns import table
from clepsydra.verbs.verb_options import config_of

PL_PER_UL = 10**6
MOST_CHANGE = 3  # times, as a run may be off (calibration_runs.py)
USUAL_CHANGE_PCT = 20
DIGITS = 6  # of a volume that is typed: none is lost that the fit can tell


def volume_of(calibration: Calibration) -> int:
    """pL of a revolution, to DIGITS digits: as it is shown, typed and stored."""
    exact = calibration.ul_per_rev * PL_PER_UL
    return max(1, round(float(f"{exact:.{DIGITS}g}")))


def plausible(old_pl: int, new_pl: int) -> tuple[str | None, str | None]:
    """(why no calibration makes that of a head, what to look at before it is believed)"""
    change = f"the volume of a revolution changes from {exact_text(old_pl)} to {exact_text(new_pl)}"
    look = "see unit and decimal point of the masses, the tube, and the steps of a revolution"
    if not 1 / MOST_CHANGE <= new_pl / old_pl <= MOST_CHANGE:
        allowed = f"allowed: a third to {MOST_CHANGE} times"
        return f"{change}; {allowed}; {look}; if it is so, push it: clepsydra config push", None
    if abs(change_pct(old_pl, new_pl)) > USUAL_CHANGE_PCT:
        return None, f"{change}, more than a tube ages by: {look}"
    return None, None


def change_pct(old_pl: int, new_pl: int) -> float:
    return 100 * (new_pl / old_pl - 1)


def with_volume(pump: Pump, pl_per_rev: int) -> dict[str, Any]:
    """The pump's configuration with it, and with the program and the drug in force.
    NoConfiguration.
    """
    pump.status()
    after = deepcopy(config_of(pump))
    after["head"]["pl_per_rev"] = pl_per_rev
    after["program"] = pump.program()
    return after


def side_by_side(
    now: dict[str, Any], after: dict[str, Any], calibration: Calibration, most_pl_per_day: int
) -> str:
    """Old beside new, and what it does to the steps."""
    old, new = now["head"]["pl_per_rev"], after["head"]["pl_per_rev"]
    per_rev = now["head"]["steps_per_rev"]
    conc = now["drug"]["conc_ng_per_ml"]

    def speed(pl_per_rev: int) -> str:
        return f"{most_pl_per_day / 1440 / pl_per_rev * per_rev:.5g} steps/min"

    rows = [
        ("", "now", "after", "change"),
        ("volume per revolution", exact_text(old), exact_text(new), change_text(old, new)),
        ("known to", "-", f"{within(calibration.expanded_pct)} ({calibration.coverage})", ""),
        (
            f"at {flow_text(most_pl_per_day, conc)}",
            speed(old),
            speed(new),
            change_text(1 / old, 1 / new),
        ),
    ]
    return table(rows)


def exact_text(pl_per_rev: int) -> str:
    """With all its digits, in uL."""
    whole, part = divmod(pl_per_rev, PL_PER_UL)
    return f"{whole}.{part:06}".rstrip("0").rstrip(".") + " uL"


def store(pump: Pump, after: dict[str, Any], pending: Pending) -> str:
    """It takes effect; the pump comes up anew, and is STOPPED. What it says then. Refused,
    NotAsSent, BadInput.
    """
    if pump.stage_config(after) != pending:
        raise BadInput("the configuration has changed while it was reviewed: look again")
    had_clock = pump.status().raw["wall_s"] is not None
    pump.store_config(after, pending)
    status = pump.status()
    digest = pump.identity().config_sha256
    stored = exact_text(after["head"]["pl_per_rev"])
    lost = had_clock and status.raw["wall_s"] is None
    clock = "; its clock is unset: clepsydra clock set" if lost else ""
    return f"{status.state}, {stored} a revolution, read back, equal ({digest[:8]}){clock}"
