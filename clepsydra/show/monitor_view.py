"""What the monitor shows: the status, how far things are, the last events. CPython only."""

from typing import Any

from clepsydra.amounts import civil_text, flow_text, volume_text
from clepsydra.pump.readings import Event, Status
from clepsydra.show.columns import LABEL_WIDTH
from clepsydra.show.screen import bar
from host_sim.shared.quantities import format_instant

FOOT = "Ctrl-C ends the monitor; the pump goes on. In another terminal: clepsydra stop"


def screen_text(
    status_lines: str,
    config: dict[str, Any] | None,
    status: Status,
    events: list[Event],
    size: tuple[int, int],
    note: str,
) -> str:
    """The screen, the newest events as far as they fit. note: what is written meanwhile."""
    columns, lines = size
    rows = [*status_lines.splitlines(), "", *bars(config, status)]
    foot = ["", f"{FOOT}{note}"]
    room = max(1, lines - len(rows) - len(foot) - 2)
    shown = [event_line(event, status.raw["offset_s"]) for event in events[-room:]]
    return "\n".join([*rows, "", "last events", *shown, *foot])


def bars(config: dict[str, Any] | None, status: Status) -> list[str]:
    """How far bolus, reservoir and dose of the day are."""
    raw, found = status.raw, []
    last = raw["last_bolus"]
    if raw["bolus"] and last:
        found.append(_bar("bolus", raw["now_ms"] - last["at_ms"], last["duration_ms"], "its time"))
    if config is None:
        return found
    capacity = config["reservoir"]["capacity_pl"]
    found.append(_bar("reservoir", raw["residual_pl"], capacity, volume_text(capacity)))
    cap = config["limits"]["max_dose_24h_ng"]
    if cap is not None:
        found.append(_bar("24 h", raw["dose_24h_ng"], cap, "the cap"))
    return found


def line_of(status: Status) -> str:
    """A sample in one line, where the output is no terminal."""
    raw = status.raw
    at = format_instant(raw["now_ms"])
    if raw["wall_s"] is not None:
        at = civil_text(raw["wall_s"], raw["offset_s"], seconds=True)
    names = ", ".join(alarm.name for alarm in status.alarms) or "no alarm"
    given = flow_text(raw["permitted_pl_per_day"], status.basal_conc_ng_per_ml)
    return f"{at}  {status.state}  {given}  {volume_text(raw['residual_pl'])} left  {names}"


def event_line(event: Event, offset_s: int) -> str:
    """An event with its time: civil, or since power-up where the clock was unset."""
    when = f"{format_instant(event.at_ms):<24}"
    if event.wall_s is not None:
        when = f"{civil_text(event.wall_s, offset_s, seconds=True):<24}"
    return f"{event.seq:>6}  {when}  {event.text}"


def _bar(label: str, part: float, whole: float, of: str) -> str:
    return f"{label:<{LABEL_WIDTH}} {bar(part, whole)} of {of}"
