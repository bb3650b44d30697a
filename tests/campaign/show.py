"""The course of a therapy, line by line, for a person who looks for what went wrong in it."""

from tests.campaign import draw
from tests.campaign.drive import drive
from tests.campaign.oracle import words
from tests.campaign.oracle.history import History

EVENTS = {
    number: name
    for name, number in vars(words).items()
    if name in (
        "BOOT STATE RUN_START RUN_END RATE BOLUS_ACCEPTED BOLUS_REFUSED BOLUS_ENDED ALARM_RAISED "
        "ALARM_CLEARED ALARM_ACKNOWLEDGED AUDIO_PAUSED REFILLED CLOCK_SET CLOCK_LOST PROGRAM_SET "
        "STALL_RETRY STALL_RECOVERED COMMAND_REFUSED ALARM_TEST"
    ).split()
}  # fmt: skip
OF_ALARMS = (words.ALARM_RAISED, words.ALARM_CLEARED, words.ALARM_ACKNOWLEDGED)
SHOWN = ("state", "error", "message", "repeated", "permitted_pl_per_day", "emitted_steps")


def course(kind, seed):
    """Lines."""
    therapy = getattr(draw, kind)(seed)
    history = History(drive(therapy))
    yield f"configuration {therapy.config}"
    yield f"truth {therapy.truth}"
    yield f"slow {therapy.slow}, late {therapy.late_ms}, watched {therapy.watched}"
    yield f"noise of the rotor's sensor {therapy.noise}"
    for view in history.views:
        life = view.life
        yield f"power-up {view.number} at {life.base_ms} ms, cause {life.cause}"
        yield f"dark for {life.off_ms} ms before it"
        for ms, _, text in sorted(_rows(view), key=lambda row: row[:2]):
            yield f"{ms:>12} {text}"
        yield f"{life.end_ms:>12} the end, {len(life.pulses_us)} pulses; {life.error or ''}"


def _rows(view):
    life = view.life
    for ms, kind, what, fault in life.mishaps:
        yield ms, 0, f"mishap {kind} {what} {fault}"
    for ms, *switches in life.inputs:
        yield ms, 0, f"switches (level, pressure, door, button) {switches}"
    for ms, mv in life.supply:
        yield ms, 0, f"supply {mv} mV"
    for command in view.commands:
        yield command.last_ms, 1, f"command {command.payload}, begun {command.first_ms}"
    for e in view.events:
        a = words.alarms()[e.a].name if e.code in OF_ALARMS else e.a
        yield e.heard_ms, 2, f"event {EVENTS.get(e.code, e.code)} {a} {e.b} {e.c} at {e.at_ms}"
    for reply in view.replies:
        shown = {key: reply.body[key] for key in SHOWN if key in reply.body}
        yield reply.heard_ms, 3, f"reply {reply.id} {reply.ok} {shown}"
    for name, changes in (("lamp", life.lamps), ("sound", life.sounds)):
        for ms, pattern in changes:
            yield ms, 4, f"{name} {pattern}"
