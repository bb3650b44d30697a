"""What a scenario asks for, before anything is run: the dose a day, the most in any hour and any
24 h, and when the reservoir is low. CPython only.

    seen = foresee(scenario)
    seen.basal_pl, seen.bolus_pl, seen.most_24h_pl, seen.warnings

It goes by the program, the commands and the clock as the scenario has them, with the oracle's
calendar. Faults, alarms and what the gate refuses are not foreseen.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from firmware.link.refill_commands import FIRST
from host_sim.judge.asked_overlays import KINDS, overlay_by_time
from host_sim.judge.basal import MS_PER_DAY
from host_sim.judge.doses import bolus_pl, in_rates
from host_sim.judge.in_force import foreseen, least_number
from host_sim.judge.oracle import Asked, Piece
from host_sim.machine.schedule import ALL
from host_sim.scenario.load import Scenario
from host_sim.shared import number_text

HOUR_MS = 3_600_000
BOLUS = KINDS["bolus"]


@dataclass(frozen=True)
class Foresight:
    """All volumes in pL over the whole run, or the most in a window; instants in ms, None if they
    do not come.
    """

    basal_pl: int
    bolus_pl: int
    boluses: int
    most_1h_pl: int
    most_24h_pl: int
    low_ms: int | None
    empty_ms: int | None
    refill_ms: int | None
    warnings: list[str]


def foresee(scenario: Scenario) -> Foresight:
    """What the scenario asks for, and what is likely a mistake in it."""
    job = scenario.job
    boluses = [(at_ms, payload) for at_ms, payload in job.commands if payload["do"] == "bolus"]
    runs, section = _runs(scenario), scenario.config["patient_bolus"]
    asked = [(at_ms, section) for at_ms, payload in job.commands if _of_patient(payload, section)]
    asked = sorted(boluses + asked, key=lambda one: one[0])
    basal = _total(_within(_asked(scenario, []).pieces(0, job.duration_ms), runs))
    pieces = _within(_asked(scenario, asked).pieces(0, job.duration_ms), runs)
    used = _Used(pieces)
    low_ms, empty_ms, refill_ms = _reservoir(scenario, used)
    seen = Foresight(
        basal,
        _total(pieces) - basal,
        len(asked),
        used.most_in(HOUR_MS),
        used.most_in(MS_PER_DAY),
        low_ms,
        empty_ms,
        refill_ms,
        [],
    )
    seen.warnings.extend(_warnings(scenario, seen, boluses))
    return seen


def _of_patient(payload: dict[str, Any], section: dict[str, Any]) -> bool:
    """Whether a command asks for the patient's bolus, and there is one. Presses are not foreseen:
    it is theirs to be denied.
    """
    stated = section["dose_ng"] is not None or section["volume_pl"] is not None
    return payload["do"] == "patient_bolus" and stated


class _Used:
    """The volume asked for by an instant, from pieces in order of time."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        self._starts = [piece.from_ms for piece in pieces]
        self._before = [0]
        for piece in pieces:
            self._before.append(self._before[-1] + piece.pl_per_day * (piece.to_ms - piece.from_ms))

    def by(self, at_ms: int) -> int:
        """pL asked for by an instant, rounded down."""
        n = bisect_right(self._starts, at_ms)
        if n == 0:
            return 0
        piece = self._pieces[n - 1]
        gone = min(at_ms, piece.to_ms) - piece.from_ms
        return (self._before[n - 1] + piece.pl_per_day * gone) // MS_PER_DAY

    def most_in(self, span_ms: int) -> int:
        """The most in any window of this length: it begins or ends where a rate changes."""
        edges = {edge for piece in self._pieces for edge in (piece.from_ms, piece.to_ms)}
        starts = edges | {max(0, edge - span_ms) for edge in edges}
        return max((self.by(start + span_ms) - self.by(start) for start in starts), default=0)

    def when(self, volume_pl: int, from_ms: int, to_ms: int) -> int | None:
        """The instant within a span by which so much was used since its beginning, to the minute;
        None if it does not come.
        """
        begun = self.by(from_ms)
        if self.by(to_ms) - begun < volume_pl:
            return None
        low, high = from_ms, to_ms
        while high - low > 60_000:
            middle = (low + high) // 2
            low, high = (low, middle) if self.by(middle) - begun >= volume_pl else (middle, high)
        return high


def _asked(scenario: Scenario, boluses: Sequence[tuple[int, Any]]) -> Asked:
    config, commands = scenario.config, scenario.job.commands
    concs = [(0, config["drug"]["conc_ng_per_ml"])]
    concs += [
        (at_ms, payload["conc_ng_per_ml"])
        for at_ms, payload in commands
        if payload["do"] == "refill" and payload.get("conc_ng_per_ml")
    ]
    overlays = [
        overlay_by_time(BOLUS, bolus_pl(payload, _at(concs, at_ms)), payload["duration_ms"], at_ms)
        for at_ms, payload in boluses
    ]
    clock: list[tuple[int, int | None]] = [(0, None)]
    offset_s = 0
    for at_ms, payload in commands:
        if payload["do"] == "set_clock":
            offset_s = payload.get("offset_s", offset_s)
            clock.append((at_ms, (payload["wall_s"] + offset_s) * 1000 - at_ms))
    programs = _programs(scenario)
    instants = sorted({at_ms for at_ms, _ in [*programs, *concs]})
    rates = [(at_ms, in_rates(_at(programs, at_ms), _at(concs, at_ms))) for at_ms in instants]
    return Asked(config, rates, clock, overlays, limited=False)


def _programs(scenario: Scenario) -> list[tuple[int, Any]]:
    """[(from_ms, program)] in doses: those that are set, and of a plan its stages."""
    confirmed = [at for at, payload in scenario.job.commands if payload["do"] == "plan_confirm"]
    rest = scenario.job.duration_ms, confirmed, least_number(scenario.config)
    programs = foreseen(scenario.config["program"], 0, *rest)
    for at_ms, payload in scenario.job.commands:
        if payload["do"] == "set_program":
            programs = [one for one in programs if one[0] < at_ms]
            programs += foreseen(payload["program"], at_ms, *rest)
    return programs


def _at(history: Sequence[tuple[int, Any]], at_ms: int) -> Any:
    """What is in force at an instant, of [(from_ms, what)] in order."""
    return [what for from_ms, what in history if from_ms <= at_ms][-1]


def _runs(scenario: Scenario) -> list[tuple[int, int]]:
    """[(from_ms, to_ms)] from each start to the next stop, or to the end."""
    runs, begun = [], None
    for at_ms, payload in scenario.job.commands:
        if payload["do"] == "start" and begun is None:
            begun = at_ms
        elif payload["do"] == "stop" and begun is not None:
            runs.append((begun, at_ms))
            begun = None
    return runs if begun is None else [*runs, (begun, scenario.job.duration_ms)]


def _within(pieces: Sequence[Piece], runs: Sequence[tuple[int, int]]) -> list[Piece]:
    """The parts of pieces that lie in a run."""
    found, n = [], 0
    for start, end in runs:
        while n < len(pieces) and pieces[n].to_ms <= start:
            n += 1
        at = n
        while at < len(pieces) and pieces[at].from_ms < end:
            piece = pieces[at]
            found.append(Piece(max(start, piece.from_ms), min(end, piece.to_ms), piece.pl_per_day))
            at += 1
    return found


def _total(pieces: Sequence[Piece]) -> int:
    return sum(p.pl_per_day * (p.to_ms - p.from_ms) for p in pieces) // MS_PER_DAY


def _reservoir(scenario: Scenario, used: _Used) -> tuple[int | None, int | None, int | None]:
    """(when it is low for the first time before a refill, when empty, when the refill after that
    comes), by the books.
    """
    section, end_ms = scenario.config["reservoir"], scenario.job.duration_ms
    fills = [(0, section["fill_pl"])]
    for at_ms, payload in scenario.job.commands:
        if payload["do"] in ("refill", "empty"):
            since_ms, content_pl = fills[-1]
            left_pl = content_pl - (used.by(at_ms) - used.by(since_ms))
            fills.append((at_ms, _content(section, left_pl, payload)))
    for (at_ms, fill_pl), (next_ms, _) in pairwise([*fills, (end_ms, 0)]):
        low_ms = used.when(max(0, fill_pl - section["low_pl"]), at_ms, next_ms)
        if low_ms is not None:
            empty_ms = used.when(fill_pl - section["residual_pl"], at_ms, next_ms)
            return low_ms, empty_ms, next_ms if next_ms < end_ms else None
    return None, None, None


def _content(section: dict[str, Any], left_pl: int, payload: dict[str, Any]) -> int:
    """What the books say after a refill (decision 0140), or after the reservoir was emptied."""
    if payload["do"] == "empty":
        return int(section["residual_pl"])
    if payload["withdrawn_pl"] == FIRST:
        return int(payload["fill_pl"])
    withdrawn_pl = left_pl if payload["withdrawn_pl"] == ALL else payload["withdrawn_pl"]
    left_pl = max(section["residual_pl"], left_pl - withdrawn_pl)
    return min(section["capacity_pl"], left_pl + payload["fill_pl"])


def _warnings(scenario: Scenario, seen: Foresight, boluses: Sequence[tuple[int, Any]]) -> list[str]:
    """What is likely a mistake, unless an expectation or an allowance names what comes of it."""
    named = {
        item.get("alarm") or item.get("do") or item.get("refused")
        for item in [*scenario.expects, *scenario.allows]
        if item.get("kind") != "no_alarm"
    }
    found = [] if "DOSE_CAP" in named else _cap_warnings(scenario, seen)
    if seen.low_ms is not None and "LOW_RESERVOIR" not in named:
        found.append(_refill_warning(scenario, seen))
    if "bolus" not in named:
        found += _bolus_warnings(scenario.config, boluses)
    if not scenario.expects:
        found.append("nothing is expected: a run of it is not judged")
    return found


def _cap_warnings(scenario: Scenario, seen: Foresight) -> list[str]:
    conc, found = scenario.config["drug"]["conc_ng_per_ml"], []
    for key, most_pl, span in (
        ("max_dose_1h_ng", seen.most_1h_pl, "1 h"),
        ("max_dose_24h_ng", seen.most_24h_pl, "24 h"),
    ):
        most_ng, cap_ng = most_pl * conc // 10**9, scenario.config["limits"][key]
        if cap_ng is not None and most_ng > cap_ng:
            asked, cap = number_text.dose(most_ng), number_text.dose(cap_ng)
            found.append(f"the scenario asks for {asked} in {span}, the cap is {cap}")
    return found


def _refill_warning(scenario: Scenario, seen: Foresight) -> str:
    start = scenario.job.start_wall_s
    then = "no refill comes after it"
    if seen.low_ms is not None and seen.refill_ms is not None:
        then = f"the refill comes {number_text.span(seen.refill_ms - seen.low_ms)} later"
    if seen.empty_ms is not None:
        then += f", and it is empty {number_text.civil(seen.empty_ms, start)}"
    return f"the reservoir is low {number_text.civil(seen.low_ms or 0, start)}, {then}"


def _bolus_warnings(config: dict[str, Any], boluses: Sequence[tuple[int, Any]]) -> list[str]:
    found = []
    limits, conc = config["limits"], config["drug"]["conc_ng_per_ml"]
    highest = limits["max_rate_pl_per_day"]
    fast = [
        (at_ms, bolus_pl(payload, conc) * MS_PER_DAY // payload["duration_ms"])
        for at_ms, payload in boluses
    ]
    fast = [(at_ms, rate) for at_ms, rate in fast if rate > highest]
    if fast:
        at_ms, rate = fast[0]
        times = f", {rate // highest} times" if rate >= 2 * highest else ", more than"
        found.append(
            f"the bolus at {number_text.moment(at_ms)} asks for {number_text.rate(rate)}"
            f"{times} the pump's maximum of {number_text.rate(highest)}: is its unit right?"
            f"{_more(len(fast))}"
        )
    lockout_ms = limits["bolus_lockout_s"] * 1000
    early = [later for (at, _), (later, _) in pairwise(boluses) if later - at < lockout_ms]
    if early:
        at = number_text.moment(early[0])
        locked = number_text.span(lockout_ms)
        found.append(f"the bolus at {at} comes within the lockout of {locked}{_more(len(early))}")
    return found


def _more(count: int) -> str:
    return f" ({count - 1} more like it)" if count > 1 else ""
