"""From one look at a pump to the next: which alarms are new, and which are over. CPython only.

for notice in watch.news(status, "", now_s):
    notifier.tell(notice)
"""

from datetime import datetime, timezone
from typing import Any

from clepsydra.pump.readings import Alarm, Status

VERSION = 1  # of a notice
RAISED, OVER, SILENT, ANSWERS, TEST = "raised", "over", "silent", "answers", "test"
SILENT_S = 10.0  # a line that is opened anew is no news
Notice = dict[str, Any]


class AlarmWatch:
    """said: how a person names the pump"""

    def __init__(self, said: str) -> None:
        self._about = {"pump": said, "name": "", "serial": ""}
        self._known: dict[int, Alarm] = {}
        self._silent_since_s: float | None = None
        self._said_silent = False

    def is_about(self, name: str, serial: str) -> None:
        """Each notice says so from now on."""
        self._about.update(name=name, serial=serial)

    def news(self, status: Status | None, trouble: str, now_s: float) -> list[Notice]:
        """status: None while the pump does not answer; then trouble says why. What stands at the
        first look is news.
        """
        if status is None:
            return self._silence(trouble, now_s)
        found = []
        if self._said_silent:
            found.append(self._notice(ANSWERS, status.state))
        self._silent_since_s, self._said_silent = None, False
        now = {alarm.code: alarm for alarm in status.alarms}
        for code, alarm in now.items():
            before = self._known.get(code)
            if before is None or before.priority != alarm.priority:
                found.append(self._notice(RAISED, status.state, alarm=_of(alarm)))
        for code, alarm in self._known.items():
            if code not in now:
                found.append(self._notice(OVER, status.state, alarm=_of(alarm)))
        self._known = now
        return found

    def test(self, status: Status) -> Notice:
        """By which a person sees whether a hook works."""
        return self._notice(TEST, status.state)

    def _silence(self, trouble: str, now_s: float) -> list[Notice]:
        if self._silent_since_s is None:
            self._silent_since_s = now_s
        if self._said_silent or now_s - self._silent_since_s < SILENT_S:
            return []
        self._said_silent = True
        return [self._notice(SILENT, None, trouble=trouble)]

    def _notice(self, what: str, state: str | None, **more: Any) -> Notice:
        at = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return {"version": VERSION, "what": what, "at": at, **self._about, "state": state, **more}


def _of(alarm: Alarm) -> dict[str, Any]:
    return {
        "code": alarm.code,
        "name": alarm.name,
        "priority": alarm.priority,
        "text": alarm.text,
    }


def sentence(notice: Notice) -> str:
    """A notice in words, on one line: what the pump says of itself may hold anything."""
    return "".join(one if one.isprintable() else " " for one in _told(notice))


def _told(notice: Notice) -> str:
    who = notice["name"] or notice["pump"]
    if notice["what"] == TEST:
        return f"{who}: a test, no alarm"
    if notice["what"] == SILENT:
        return f"{who} does not answer: {notice['trouble']}"
    if notice["what"] == ANSWERS:
        return f"{who} answers again, {notice['state']}"
    alarm = notice["alarm"]
    if notice["what"] == OVER:
        return f"{who}: {alarm['name']} is over; {notice['state']}"
    return f"{who}: {alarm['priority']} {alarm['name']}: {alarm['text']}"
