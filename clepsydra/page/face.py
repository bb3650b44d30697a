"""What stands on the page of the present, in words and shares. CPython only.

face(glance).state, .rate, .program, .reservoir, ...
"""

from dataclasses import dataclass, field

from clepsydra.amounts import civil_text, dose_text, flow_text, volume_text
from clepsydra.page.glance import OLD_S, Glance
from clepsydra.pump.readings import Alarm
from clepsydra.show.plan_words import phase_text
from clepsydra.show.program_words import one_line
from clepsydra.show.status_lines import (
    bolus_text,
    bridge_text,
    clock_text,
    next_step_text,
    troubles,
)
from clepsydra.show.stop_words import LEAVE_IT, stopped_text
from host_sim.shared.number_text import span

WORST = ("HIGH", "MEDIUM", "LOW")
KINDS = {"INFUSING": "good", "STOPPED": "rest"}  # all other states are trouble
MARKS = {"INFUSING": "\u25b6", "STOPPED": "\u25a0"}
HUES = 6


@dataclass(frozen=True)
class Gauge:
    """A share of something, with its text; mark: another share, of a limit, or None."""

    label: str
    text: str
    note: str
    permille: int
    mark: int | None = None
    low: bool = False


@dataclass(frozen=True)
class Face:
    state: str
    kind: str
    sign: str
    dose: str  # a day, "" without a drug
    volume: str  # a day
    held: str  # why it is not what is wanted, or ""
    facts: list[tuple[str, str]]
    gauges: list[Gauge]
    alarms: list[Alarm]
    troubles: list[tuple[str, str]] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """For who does not see the page."""
        alarms = f"; {self.situation.partition(' ')[2]}" if self.alarms else ""
        return f"{self.state}, {self.dose or self.volume}{alarms}"

    @property
    def situation(self) -> str:
        """What is said anew if it changes."""
        return " ".join([self.state, *(f"{one.priority} {one.name}" for one in self.alarms)])


def face(glance: Glance) -> Face:
    status = glance.status
    dose, _, volume = str(status.rate).rpartition(" = ")
    alarms = sorted(status.alarms, key=lambda alarm: WORST.index(alarm.priority))
    return Face(
        status.state,
        KINDS.get(status.state, "trouble"),
        MARKS.get(status.state, "!"),
        dose,
        volume,
        _held(glance),
        _facts(glance),
        [*_doses(glance), _reservoir(glance)],
        alarms,
        troubles(status.raw),
    )


def age_text(glance: Glance | None, trouble: str) -> str:
    """What is said while there is no news, "" while there is."""
    if glance is None:
        return trouble
    if trouble or glance.age_s > OLD_S:
        age = span(int(glance.age_s) * 1000)
        return f"What is shown is {age} old. The pump goes on as it is. {trouble}".strip()
    return ""


def hue(glance: Glance) -> int:
    """Of the stripe on top: pumps beside each other look different."""
    return sum(glance.identity.serial.encode()) % HUES


def _held(glance: Glance) -> str:
    """What is wanted and not given, and why."""
    status, raw = glance.status, glance.status.raw
    if status.state == "INFUSING":
        if raw["gate"] and status.rate.pl_per_day != status.wanted.pl_per_day:
            return f"{status.wanted} are wanted: a limit holds it back"
        return ""
    if status.state == "STOPPED":
        told = stopped_text(status)
        return f"{told}: {LEAVE_IT} Start" if told else ""
    if glance.meant is None:
        return ""
    wall_s = raw["wall_s"]
    rate, _ = glance.meant.rate_at(None if wall_s is None else (wall_s + raw["offset_s"]) * 1000)
    wanted = flow_text(rate, glance.meant.conc_ng_per_ml)
    return f"the program wants {wanted}, and the pump is {status.state}"


def _facts(glance: Glance) -> list[tuple[str, str]]:
    status, found = glance.status, []
    if glance.meant is not None:
        found.append(("Program", one_line(glance.meant)))
        coming = next_step_text(status, glance.meant).strip()
        if coming:
            found.append(("By program", coming))
    if status.raw["plan"]:
        found.append(("Plan", phase_text(status.raw["plan"])))
    if status.raw["bridge"]:
        found.append(("Bridge", bridge_text(status)))
    if status.raw["bolus"] and status.raw["last_bolus"]:
        found.append(("Bolus", bolus_text(status)))
    if glance.config and glance.conc_ng_per_ml:
        drug = glance.config["drug"]["name"]
        found.append(("Drug", f"{drug}, {dose_text(glance.conc_ng_per_ml)}/mL"))
    found.append(("Clock", clock_text(status).partition(" -> ")[0]))
    return found


def _doses(glance: Glance) -> list[Gauge]:
    """What the windows have, against the caps."""
    if not glance.config or not glance.conc_ng_per_ml:
        return []
    found = []
    for named, text in (("24h", "Last 24 h"), ("1h", "Last hour")):
        given = glance.status.raw[f"delivered_{named}_ng"]
        counted = glance.status.raw[f"dose_{named}_ng"]
        cap = glance.config["limits"][f"max_dose_{named}_ng"]
        if cap is None:
            found.append(Gauge(text, dose_text(given), "no cap", 0))
            continue
        note = f"{dose_text(counted)} counted, cap {dose_text(cap)}"
        share = min(1000, counted * 1000 // cap) if cap else 1000
        found.append(Gauge(text, dose_text(given), note, share, low=share > 900))
    return found


def _reservoir(glance: Glance) -> Gauge:
    raw, left = glance.status.raw, glance.status.raw["residual_pl"]
    if glance.config is None:
        return Gauge("Reservoir", volume_text(left), "by the books", 0)
    section = glance.config["reservoir"]
    note = f"of {volume_text(section['capacity_pl'])}"
    if raw["next_refill_s"] is not None:
        day = civil_text(raw["next_refill_s"], raw["offset_s"]).rpartition(" ")[0]
        note += f" \u00b7 REFILL BY {day}"
    elif raw["low_in_ms"] is not None:
        note += f" \u00b7 low in {span(raw['low_in_ms'])}"
    full = section["capacity_pl"]
    share, mark = left * 1000 // full, section["low_pl"] * 1000 // full
    return Gauge("Reservoir", volume_text(left), note, min(1000, share), mark, share <= mark)
