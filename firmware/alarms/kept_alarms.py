"""Alarms over a restart: what of them is kept, and what can be read off that."""

from firmware.alarms import alarm_table
from firmware.errors import SnapshotError
from firmware.snapshot import Noticed, part, rows, whole
from firmware.units import MS_PER_HOUR

_MANY = 1 << 62
REMIND_MS = MS_PER_HOUR  # a HIGH alarm that was acknowledged and still holds sounds again


class KeptAlarms(Noticed):
    """active: bit n: the condition of alarm n holds
    latched: bit n: it held, and waits for an acknowledgement
    acknowledged: bit n: its present occurrence was acknowledged
    values: {code: (measured, limit) at the onset}
    """

    def __init__(self):
        self.active = 0
        self.latched = 0
        self.acknowledged = 0
        self.values = {}
        self._priorities = {}  # code: its priority, where that is not the one of the table
        self._remind_ms = None  # when what was acknowledged sounds again

    def priority_of(self, code):
        return self._priorities.get(code) or alarm_table.TABLE[code].priority

    def highest(self, codes):
        """The highest priority among the alarms in the bit set, 0 for none."""
        highest = 0
        for code in alarm_table.CODES:
            if codes >> code & 1 and self.priority_of(code) > highest:
                highest = self.priority_of(code)
        return highest

    def listing(self):
        """[[code, active, latched, acknowledged, measured, limit, priority] ...] of all alarms that
        are signalled, for the status.
        """
        signalled = self.active | self.latched
        return [
            [
                code,
                self.active >> code & 1,
                self.latched >> code & 1,
                self.acknowledged >> code & 1,
                self.values[code][0],
                self.values[code][1],
                self.priority_of(code),
            ]
            for code in sorted(self.values)
            if signalled >> code & 1
        ]

    # What survives a restart: what is signalled, what of it was acknowledged, and when that is
    # reminded of. A pause of the sound does not.

    def snapshot(self, now_ms):
        remind_ms = self._remind_ms
        return {
            "active": self.active,
            "latched": self.latched,
            "acknowledged": self.acknowledged,
            "values": [[code, v[0], v[1]] for code, v in sorted(self.values.items())],
            "priorities": [[code, p] for code, p in sorted(self._priorities.items())],
            "remind_ms": None if remind_ms is None else max(0, remind_ms - now_ms),
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        rows("alarms.values", part(snapshot, "values"), 3)
        known = 0
        for code, measured, limit in snapshot["values"]:
            whole("alarms.values code", code, 1, alarm_table.CODES[-1])
            whole("alarms.values measured", measured, -_MANY, _MANY)
            whole("alarms.values limit", limit, -_MANY, _MANY)
            if code not in alarm_table.TABLE:
                raise SnapshotError("alarms.values of a snapshot: there is no alarm %d" % code)
            known |= 1 << code
        for name in ("active", "latched", "acknowledged"):
            whole("alarms." + name, part(snapshot, name), 0, known)
            if snapshot[name] & ~known:
                raise SnapshotError("alarms.%s of a snapshot is without values" % name)
        rows("alarms.priorities", part(snapshot, "priorities"), 2)
        for code, priority in snapshot["priorities"]:
            whole("alarms.priorities code", code, 1, alarm_table.CODES[-1])
            whole("alarms.priorities priority", priority, alarm_table.LOW, alarm_table.HIGH)
        if part(snapshot, "remind_ms") is not None:
            whole("alarms.remind_ms", snapshot["remind_ms"], 0, REMIND_MS)

    def restore(self, snapshot, now_ms):
        for code, measured, limit in snapshot["values"]:
            self.values[code] = (measured, limit)
        self._priorities = dict(snapshot["priorities"])
        self.active = snapshot["active"]
        self.latched = snapshot["latched"]
        self.acknowledged = snapshot["acknowledged"]
        if snapshot["remind_ms"] is not None:
            self._remind_ms = now_ms + snapshot["remind_ms"]
