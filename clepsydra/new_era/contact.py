"""The gateway's line to the pump: it looks, and notices what a New Era client is told as an alarm.
CPython only.

    contact.look()               # at most FRESH_S old; None while the pump does not answer
    contact.alarms               # letters that no client has read yet
"""

from collections import deque
from collections.abc import Callable
from timeit import default_timer
from typing import Any, NamedTuple

from clepsydra.errors import ClepsydraError, NoPump
from clepsydra.pump.readings import Status
from clepsydra.pump.remote_pump import Pump
from firmware.link.key_slots import CLINICIAN, ROLES

FRESH_S = 0.2
SAME_S = 60.0
AGAIN_S = 2.0  # until a pump that does not answer is tried again

RESET, STALLED, TIMED_OUT, ERROR = "R", "S", "T", "E"
LETTERS = {
    "MOTOR_STALL": STALLED,
    "OCCLUSION": STALLED,
    "DRIVER_FAULT": STALLED,
    "THERAPY_INTERRUPTED": RESET,
    "RESET_UNEXPECTED": RESET,
    "EMPTY_RESERVOIR": ERROR,
    "DOOR_OPEN": ERROR,
}
_BROKEN = ("FAULT", "EMPTY")


class Look(NamedTuple):
    """program: the digest of the one in force"""

    status: Status
    program: str

    @property
    def raw(self) -> dict[str, Any]:
        return self.status.raw


class Contact:
    """alarms: begins with that of a power-up, as each New Era pump does
    role: of this computer's key of a paired pump, "" while it has none
    """

    def __init__(self, opened: Callable[[], Pump], say: Callable[[str], None]) -> None:
        self.alarms = deque([RESET])
        self.pump: Pump | None = None
        self.last: Look | None = None
        self.role = ""
        self._say, self._said, self._said_s = say, "", 0.0
        self._opened = opened
        self._looked_s = self._again_s = -AGAIN_S

    def look(self, fresh_s: float = FRESH_S) -> Look | None:
        """None while the pump does not answer."""
        if self.pump is not None and default_timer() - self._looked_s < fresh_s:
            return self.last
        try:
            pump = self.line()
            found = Look(pump.status(), pump.identity().program_sha256)
            self.role = self._role_of(pump)
        except ClepsydraError as error:
            self.lost(error)
            return None
        if self.last is not None:
            self._compare(self.last, found)
        self.last, self._looked_s = found, default_timer()
        return found

    def line(self) -> Pump:
        """NoPump; NoKey, WrongKey, BadInput of a paired pump."""
        if self.pump is None:
            if default_timer() < self._again_s:
                raise NoPump("the pump does not answer")
            self._again_s = default_timer() + AGAIN_S
            self.pump = self._opened()
            if self.last is not None:
                self.say("the pump answers again")
        return self.pump

    def lost(self, error: ClepsydraError) -> None:
        """The line broke, or nothing answers on it."""
        if self.pump is not None:
            self.say(f"no contact with the pump: {error}")
            self.pump.close()
            self.pump, self.role = None, ""

    def say(self, sentence: str) -> None:
        """Into the log; the same again not within a minute."""
        if sentence == self._said and default_timer() - self._said_s < SAME_S:
            return
        self._said, self._said_s = sentence, default_timer()
        self._say(sentence)

    def only_reads(self, look: Look) -> str:
        """Why this computer commands the pump in nothing, "" if it may."""
        if not look.raw["paired"] or self.role == ROLES[CLINICIAN - 1]:
            return ""
        if not self.role:
            return "the pump is paired, and this computer has no key of it"
        return (
            f"the key of this computer is of {'an' if self.role[0] in 'aeiou' else 'a'} {self.role}"
        )

    def stale(self) -> None:
        """Something was sent: the next look is a fresh one."""
        self._looked_s = -AGAIN_S

    def close(self) -> None:
        if self.pump is not None:
            self.pump.close()

    def _role_of(self, pump: Pump) -> str:
        """Asked once a session: it is another one when the key is."""
        if not pump.session.is_sealed:
            return ""
        if self.role:
            return self.role
        listed = pump.session.ask("keys")
        return str(next(role for slot, role, _ in listed["keys"] if slot == listed["mine"]))

    def _compare(self, before: Look, now: Look) -> None:
        known = {alarm.name for alarm in before.status.alarms}
        new = [alarm.name for alarm in now.status.alarms if alarm.name not in known]
        letters = {LETTERS[name] for name in new if name in LETTERS}
        if now.raw["now_ms"] < before.raw["now_ms"]:
            letters.add(RESET)
        if now.status.state in _BROKEN and before.status.state != now.status.state:
            letters |= set() if letters else {ERROR}
        for name in new:
            self.say(f"the pump signals {name}")
        self.alarms.extend(sorted(letters - set(self.alarms)))
