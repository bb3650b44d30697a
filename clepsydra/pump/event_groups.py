"""What an event is about: therapy, an alarm, the pump itself, or a session. CPython only."""

from firmware import events

THERAPY, ALARM, PUMP, SESSION = "therapy", "alarm", "pump", "session"
_ALARM = (
    events.ALARM_RAISED,
    events.ALARM_CLEARED,
    events.ALARM_ACKNOWLEDGED,
    events.ALARM_PRIORITY,
    events.AUDIO_PAUSED,
    events.ALARM_TEST,
)
_PUMP = (
    events.BOOT,
    events.CLOCK_SET,
    events.CLOCK_LOST,
    events.STALL_RETRY,
    events.STALL_RECOVERED,
    events.TURNED,
    events.EVENTS_FOLDED,
    events.LIFE,
    events.TUBE_REPLACED,
    events.END_STOP,
)
_SESSION = (
    events.COMMAND_REFUSED,
    events.PAIRING,
    events.BAD_FRAMES,
    events.STOPPED_BY,
    events.CONSOLE,
)
_GROUPS = {
    **dict.fromkeys(_ALARM, ALARM),
    **dict.fromkeys(_PUMP, PUMP),
    **dict.fromkeys(_SESSION, SESSION),
}


def group_of(code: int) -> str:
    """All that is none of the others is therapy."""
    return _GROUPS.get(code, THERAPY)
