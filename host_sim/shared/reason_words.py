"""Why something came about, and what of a thing an event reports: numbers of the firmware in words.
CPython only.
"""

from typing import Protocol

from firmware import events, states
from firmware.books import life
from firmware.link import access
from firmware.therapy import bridge, plan

RESETS = {0: "power on", 1: "intended reset", 2: "watchdog", 3: "unknown"}
STAGES = {life.SOUND: "sound", life.ERI: "ERI", life.EOS: "EOS"}
PHASES = dict(enumerate(("ended", "ready", "goes on", "waits", "paused")))
WHY_STATE = {
    **states.STOPPERS,
    states.BY_BOOT: "the restart, as before it",
    states.BY_STALL: "a rotor that does not follow",
    states.BY_MOTION: "a rotor that moves again",
    states.BY_EMPTY: "the books",
    states.BY_REFILL: "a refill",
    states.BY_OCCLUSION: "the line pressure switch",
    states.BY_OVER_DELIVERY: "over-delivery",
    states.BY_CONFIGURATION: "the configuration",
    states.BY_DRIVER: "the driver",
    states.BY_LEVEL: "the level switch",
    states.BY_STORE: "a journal that takes no record",
    states.BY_MEMORY: "lost books",
    states.BY_NUMBERS: "a number that changed by itself",
    states.BY_RESTART: "itself, after a restart",
    states.BY_SELF_TEST: "the self-test",
}
WHY_MISSED = {
    plan.NOT_INFUSING: "the pump was at rest",
    plan.HIGH_ALARM: "a HIGH alarm was signalled",
    plan.AT_A_CAP: "a dose cap held the rate",
    plan.LINE_MIXED: "two concentrations were in the line",
    plan.TOO_LITTLE: "too little of the last day's dose was given",
}
WHY_CHANGED = {
    plan.BY_COMMAND: "by command",
    plan.BY_OUTAGE: "nothing was given for too long, or nobody knows",
    plan.COMPLETE: "its last stage is over",
}
WHY_ENDED = {
    events.RUN_STOPPED: "stopped",
    events.RUN_FAULT: "fault",
    events.RUN_UNDERRUN: "underrun",
    events.RUN_STALL: "stall",
    events.RUN_EMPTY: "empty",
    events.RUN_REFILLED: "refilled with another concentration",
}
BRIDGES = {
    bridge.BEGUN: "begun",
    bridge.FOLLOWS: "the next front is at the tip",
    bridge.ENDED: "ended",
    bridge.LEFT_OUT: "left out",
    bridge.GOES_ON: "goes on",
    bridge.CHANGED: "another dose",
    bridge.DROPPED: "dropped with the prime",
}
PAIRINGS = {
    access.PRESSED: "the service input was pressed",
    access.HANDED_OUT: "a key was handed out",
    access.LIVE: "its key counts from now on",
    access.REMOVED: "a key was taken back",
    access.CLEARED: "all keys were cleared, from the console",
    access.NOT_CLEARED: "the store still has the note that clears all keys, or cannot be read",
}


class Event(Protocol):
    """What a row of events has; a, b and c: see docs/events.md."""

    @property
    def code(self) -> int: ...
    @property
    def a(self) -> int: ...
    @property
    def b(self) -> int: ...
    @property
    def c(self) -> int: ...
