"""What a pump reports, in words: alarms with their hints, and events. CPython only."""

from collections.abc import Callable, Mapping

from firmware import events, line_changes, states
from firmware.alarms import alarm_table
from firmware.books import refills
from firmware.guard import gate
from firmware.link import commands, key_slots, refusals
from firmware.therapy import patient_boluses, programs
from host_sim.shared import number_text
from host_sim.shared import reason_words as reasons
from host_sim.shared.quantities import format_rate, format_volume
from host_sim.shared.reason_words import Event

PRIORITY_NAMES = {alarm_table.LOW: "LOW", alarm_table.MEDIUM: "MEDIUM", alarm_table.HIGH: "HIGH"}
_COMMANDS = {row.number: name for name, row in commands.TABLE.items()}
_MODES = {mode.NUMBER: name for name, mode in programs.MODES.items()}
VERDICTS = {
    refills.IN_ORDER: "in order",
    refills.NOTED: "off",
    refills.WARNED: "far off",
    refills.ALARMED: "beyond the limit",
}


def _of(table: Mapping[int, str], number: int) -> str:
    return table.get(number, f"number {number}")


def _alarm(code: int) -> str:
    return alarm_table.TABLE[code].name if code in alarm_table.TABLE else f"alarm {code}"


def _rate(e: Event) -> str:
    why = f", held by {_of(gate.NAMES, e.c)}" if e.c else ""
    return f"{format_rate(e.a)} wanted, {format_rate(e.b)} permitted{why}"


def _given(e: Event) -> str:
    return f"{format_volume(e.a)} in {number_text.span(e.b)}, {format_rate(e.c)}"


def _bolus_ended(e: Event) -> str:
    return f"{'complete' if e.c else 'cancelled'}: {e.a:,} of {e.b:,} steps"


def _denied(e: Event) -> str:
    if e.a in patient_boluses.NAMES:
        return patient_boluses.NAMES[e.a]
    return f"{_of(gate.NAMES, e.a)}: {refusals.compared(e.a, e.b, e.c)}"


def _alarm_raised(e: Event) -> str:
    return f"{_alarm(e.a)}: {hint(e.a, e.b, e.c)}"


def _folded(e: Event) -> str:
    name = _EVENTS[e.a][0] if e.a in _EVENTS else "of any kind, at most"
    return f"{name}: {e.b:,} in {number_text.span(e.c)}"


def _bridge(e: Event) -> str:
    to_come = f", {format_volume(e.c)} to come" if e.c else ""
    return f"{_of(reasons.BRIDGES, e.a)}: rates as of {e.b / 1000:g} ug/mL{to_come}"


def _stated(e: Event) -> str:
    if e.b == line_changes.ALL_OFF:
        return "it was off, or the open head has turned: it is unknown"
    of = "the catheter" if e.b == line_changes.CATHETER else "what was unknown"
    return f"{e.a / 1000:g} ug/mL in {of}, as stated"


def _role(number: int) -> str:
    return key_slots.ROLES[number - 1] if 0 < number <= len(key_slots.ROLES) else "nobody"


def _pairing(e: Event) -> str:
    what = _of(reasons.PAIRINGS, e.a)
    return f"{what}, slot {e.b}, {_role(e.c)}" if e.c else what


def _refused(e: Event) -> str:
    return f"{_of(_COMMANDS, e.a)}: {_of(refusals.ERRORS, e.b)}"


_EVENTS: dict[int, tuple[str, Callable[[Event], str]]] = {
    events.BOOT: ("boot", lambda e: f"reset cause: {_of(reasons.RESETS, e.a)}"),
    events.STATE: (
        "state",
        lambda e: (
            f"{_of(states.NAMES, e.b)} to {_of(states.NAMES, e.a)}, "
            f"by {_of(reasons.WHY_STATE, e.c)}"
        ),
    ),
    events.RUN_START: ("run starts", lambda e: f"run {e.a}, {e.b:,} steps before it"),
    events.RUN_END: (
        "run ends",
        lambda e: f"{_of(reasons.WHY_ENDED, e.c)}: {e.a:,} steps emitted, {e.b:,} missed",
    ),
    events.RATE: ("rate", _rate),
    events.BOLUS_ACCEPTED: ("bolus accepted", _given),
    events.PATIENT_ACCEPTED: ("patient bolus granted", _given),
    events.BOLUS_REFUSED: (
        "bolus refused",
        lambda e: f"{_of(gate.NAMES, e.a)}: {refusals.compared(e.a, e.b, e.c)}",
    ),
    events.BOLUS_ENDED: ("bolus ended", _bolus_ended),
    events.PATIENT_DENIED: ("patient bolus denied", _denied),
    events.PATIENT_ENDED: ("patient bolus ended", _bolus_ended),
    events.ALARM_RAISED: ("alarm raised", _alarm_raised),
    events.ALARM_CLEARED: ("alarm cleared", lambda e: _alarm(e.a)),
    events.ALARM_ACKNOWLEDGED: ("alarm acknowledged", lambda e: _alarm(e.a)),
    events.AUDIO_PAUSED: ("audio paused", lambda e: f"for {number_text.span(e.a)}"),
    events.REFILLED: (
        "refilled",
        lambda e: f"to {format_volume(e.a)}, {number_text.volume(e.b)} were left by the books",
    ),
    events.REFILL_CHECKED: (
        "refill checked",
        lambda e: (
            f"{number_text.volume(e.b)} withdrawn, {number_text.volume(e.c)} expected"
            + (f", {number_text.volume(e.a)} injected" if e.a else "")
        ),
    ),
    events.EMPTIED: (
        "emptied",
        lambda e: f"{number_text.volume(e.b)} were left by the books",
    ),
    events.REFILL_NOTED: (
        "refill noted",
        lambda e: (
            f"{_of(VERDICTS, e.a)}: {e.b / 10:+.1f} % delivered against the books"
            + (f", {abs(e.c)} refills in a row to this side" if abs(e.c) > 1 else "")
        ),
    ),
    events.CLOCK_SET: (
        "clock set",
        lambda e: (
            f"to {number_text.civil(0, e.a)}"
            + (", was unset" if e.b < 0 else f", was {number_text.civil(0, e.b)}")
            + (f", local time {e.c:+} s" if e.c else "")
        ),
    ),
    events.CLOCK_LOST: ("clock lost", lambda e: "civil time is unknown"),
    events.PROGRAM_SET: ("program set", lambda e: _of(_MODES, e.a)),
    events.STALL_RETRY: (
        "stall: tried again",
        lambda e: f"attempt {e.a}, after {number_text.span(e.b)} at rest",
    ),
    events.STALL_RECOVERED: (
        "stall: recovered",
        lambda e: f"after {e.a} attempts, {number_text.span(e.b)} since the onset",
    ),
    events.COMMAND_REFUSED: ("command refused", _refused),
    events.ALARM_TEST: ("alarm test", lambda e: ""),
    events.ALARM_PRIORITY: (
        "alarm priority",
        lambda e: f"{_alarm(e.a)}: {_of(PRIORITY_NAMES, e.c)} to {_of(PRIORITY_NAMES, e.b)}",
    ),
    events.TURNED: (
        "rotor turned at rest",
        lambda e: f"{e.a} steps without a pulse{', with the door open' if e.b else ''}",
    ),
    events.DOSE_HELD: ("dose held", lambda e: f"at most {format_rate(e.a)} until it is confirmed"),
    events.DOSE_CONFIRMED: ("dose confirmed", lambda e: f"{number_text.dose(e.a)} a day"),
    events.PROGRAM_KEPT: (
        "program after the restart",
        lambda e: f"{_of(_MODES, e.a)}, {'as it was set' if e.b else 'of a changed configuration'}",
    ),
    events.LIFE: (
        "life of the tube set",
        lambda e: f"{_of(reasons.STAGES, e.a)}{', in force' if e.c else ''}, {e.b:,} turns",
    ),
    events.TUBE_REPLACED: (
        "tube set replaced",
        lambda e: f"by one of {e.b:,} turns; the old one had {e.c:,}",
    ),
    events.TEST_ACCEPTED: ("test bolus accepted", _given),
    events.TEST_ENDED: ("test bolus ended", _bolus_ended),
    events.SCREENING_RESPONSE: (
        "screening",
        lambda e: (
            f"{number_text.dose(e.a)} "
            + (f"were effective for {number_text.span(e.c * 60_000)}" if e.b else "had no effect")
        ),
    ),
    events.PLAN_STAGE: (
        "plan: stage begins",
        lambda e: f"stage {e.a}, {e.b:,} a day, {e.c:,} before it (ng, without a drug pL)",
    ),
    events.PLAN_DUE: (
        "plan: stage is due",
        lambda e: f"stage {e.a} waits to be confirmed, {e.b:,} a day (ng, without a drug pL)",
    ),
    events.PLAN_DAY_MISSED: (
        "plan: day missed",
        lambda e: f"stage {e.a} was due, {_of(reasons.WHY_MISSED, e.b)}",
    ),
    events.PLAN_PHASE: (
        "plan",
        lambda e: f"{_of(reasons.PHASES, e.a)}, {_of(reasons.WHY_CHANGED, e.c)}, stage {e.b}",
    ),
    events.END_STOP: (
        "end stop",
        lambda e: (
            f"{e.a} steps went out, {e.b} sensed, {number_text.volume(e.c)} left by the books"
        ),
    ),
    events.WITHDRAWN: (
        "syringe: filled",
        lambda e: f"{number_text.volume(e.a)} drawn in, {e.c:,} of {e.b:,} steps",
    ),
    events.TAKE_UP_BEGUN: ("play: taken up", lambda e: f"within {number_text.span(e.b)}"),
    events.TAKE_UP_ENDED: ("play: over", lambda e: f"{e.a} of {e.b} steps"),
    events.CONFIG_STORED: ("configuration stored", lambda e: f"{e.c:08x} to {e.b:08x}"),
    events.PAIRING: ("pairing", _pairing),
    events.BAD_FRAMES: (
        "bad frames",
        lambda e: f"{e.a} without a right tag, {e.b} sent again, since power-up",
    ),
    events.STOPPED_BY: ("stopped by", lambda e: f"the key of slot {e.a}, of a {_role(e.b)}"),
    events.CONSOLE: ("console", lambda e: "asked for at the button"),
    events.CONCENTRATION: (
        "concentration",
        lambda e: f"{e.a / 1000:g} ug/mL in the reservoir, {e.b / 1000:g} ug/mL before it",
    ),
    events.BRIDGE: ("bridge", _bridge),
    events.PRIME_BEGUN: ("prime begun", _given),
    events.PRIME_ENDED: (
        "prime ended",
        lambda e: f"{'complete' if e.c else 'interrupted'}: {e.a:,} of {e.b:,} steps",
    ),
    events.LINE_STATED: ("content of the line", _stated),
    events.EVENTS_FOLDED: ("events left out", _folded),
}


def hint(code: int, measured: int, limit: int) -> str:
    """What an alarm reports to a person: its hint, with the measured value and the limit filled
    in."""
    text = alarm_table.TABLE[code].hint
    return number_text.in_units(number_text.picked(text % (measured, limit)[: text.count("%d")]))


def event_row(event: Event) -> tuple[str, str]:
    """(name, sentence) of an event; one that this page does not know shows its numbers."""
    name, tell = _EVENTS.get(event.code, (f"event {event.code}", lambda e: f"{e.a}, {e.b}, {e.c}"))
    return name, tell(event)
