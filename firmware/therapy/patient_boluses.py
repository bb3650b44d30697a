"""Patient boluses: what the patient may ask for, how many were granted and denied, and when.

    check(config["patient_bolus"], limits, head, conc_ng_per_ml)       # ConfigError
    volume_pl(config["patient_bolus"], conc_ng_per_ml)                 # 0 where there is none
    boluses.started(now_ms)        # within the last 24 h
    boluses.grant(now_ms)
    boluses.deny(now_ms)

What is cancelled counts as started. After a loss of the books as many count as there can be. Kept
over a restart by the memory; an outage adds nothing to the 24 h.
"""

from firmware.errors import ConfigError, SnapshotError
from firmware.snapshot import Noticed, part, whole
from firmware.units import MS_PER_DAY, MS_PER_MIN, S_PER_DAY, rate_over, volume_of_dose

MOST_PER_DAY = 48
# Why a request is denied where it is not the gate that denies it. Numbers are never reused.
NOT_SET = 32  # the configuration has no patient bolus
HELD = 33  # nobody has stated the dose since a restart, or the life of the tube set is over
UNKEPT = 34  # the journal takes no record
ALARM = 35  # a HIGH alarm stands
SIGNAL = 36  # something sounds, is paused, or was until a moment ago
TOO_LONG = 37  # the press
NAMES = {
    NOT_SET: "NOT_SET",
    HELD: "HELD",
    UNKEPT: "UNKEPT",
    ALARM: "ALARM",
    SIGNAL: "SIGNAL",
    TOO_LONG: "TOO_LONG",
}


def volume_pl(section, conc_ng_per_ml):
    """The volume of one, pL, by its dose where there is a drug (S1); 0 where there is none."""
    if conc_ng_per_ml:
        return volume_of_dose(section["dose_ng"] or 0, conc_ng_per_ml)
    return section["volume_pl"] or 0


def most_pl_per_day(section, conc_ng_per_ml):
    """The most that the patient may be given in a day, in the long run, pL rounded up."""
    one_pl, lockout_s = volume_pl(section, conc_ng_per_ml), section["lockout_s"]
    most_pl = one_pl * section["per_day"]
    return min(most_pl, -(-one_pl * S_PER_DAY // lockout_s)) if lockout_s else most_pl


def check(section, limits, head, conc_ng_per_ml):
    """ConfigError unless the section states what can be given; its values are in their ranges."""
    asked, other = ("dose_ng", "volume_pl") if conc_ng_per_ml else ("volume_pl", "dose_ng")
    if section[other] is not None:
        drug = "a" if conc_ng_per_ml else "no"
        raise ConfigError(
            "patient_bolus." + other,
            section[other],
            "null, since there is %s drug" % drug,
            "state %s instead" % asked,
        )
    if section[asked] is None:
        return
    most_ng = limits["max_bolus_ng"]
    if conc_ng_per_ml and most_ng is not None and section["dose_ng"] > most_ng:
        raise ConfigError(
            "patient_bolus.dose_ng",
            section["dose_ng"],
            "at most limits.max_bolus_ng, %d" % most_ng,
            "lower it, or raise that",
        )
    one_pl = volume_pl(section, conc_ng_per_ml)
    if one_pl * head["steps_per_rev"] < head["pl_per_rev"]:
        raise ConfigError(
            "patient_bolus." + asked,
            section[asked],
            "at least one step of the head, %d pL"
            % -(-head["pl_per_rev"] // head["steps_per_rev"]),
        )
    if rate_over(one_pl, section["duration_ms"]) > limits["max_rate_pl_per_day"]:
        raise ConfigError(
            "patient_bolus.duration_ms",
            section["duration_ms"],
            "long enough for limits.max_rate_pl_per_day, %d" % limits["max_rate_pl_per_day"],
            "make it longer, or lower %s" % asked,
        )


class PatientBoluses(Noticed):
    """granted, denied: requests so far; given_ng: by boluses that are over."""

    def __init__(self):
        self.granted = self.denied = self.given_ng = 0
        self._starts_ms = []  # the oldest first
        self._full_ms = None  # since then nobody knows how many were started
        self._told_ms = None  # when a denial was told to the memory last

    def started(self, now_ms):
        """Boluses that began within the last 24 h, now included and then not."""
        starts_ms, from_ms = self._starts_ms, now_ms - MS_PER_DAY
        while starts_ms and starts_ms[0] <= from_ms:
            starts_ms.pop(0)
        if self._full_ms is not None and self._full_ms > from_ms:
            return MOST_PER_DAY
        return len(starts_ms)

    def grant(self, now_ms):
        self.granted += 1
        self._starts_ms = (self._starts_ms + [now_ms])[-MOST_PER_DAY:]
        self.changed = True

    def deny(self, now_ms):
        """A button that chatters must not wear out the flash: one record a minute tells of it."""
        self.denied += 1
        if self._told_ms is None or now_ms - self._told_ms >= MS_PER_MIN:
            self._told_ms = now_ms
            self.changed = True

    def given(self, dose_ng):
        """One has ended, complete or not."""
        self.given_ng += dose_ng
        self.changed = True

    def fill(self, now_ms):
        """Nobody knows how many were started: as many as there can be count as begun now."""
        self._full_ms = now_ms
        self.changed = True

    # What survives a restart

    def snapshot(self, now_ms):
        if self._full_ms is None and not (self.granted or self.denied):
            return {}  # as with most pumps, and a checkpoint is short
        return {
            "granted": self.granted,
            "denied": self.denied,
            "given_ng": self.given_ng,
            "ages_ms": [now_ms - at_ms for at_ms in self._starts_ms],
            "full_ms": None if self._full_ms is None else now_ms - self._full_ms,
        }

    def check(self, snapshot):
        """SnapshotError unless `restore` can take it."""
        if snapshot == {}:
            return
        for name in ("granted", "denied", "given_ng"):
            whole("patient." + name, part(snapshot, name))
        ages_ms = part(snapshot, "ages_ms")
        if not isinstance(ages_ms, list):
            raise SnapshotError("patient.ages_ms of a snapshot is no list")
        whole("number of patient.ages_ms", len(ages_ms), 0, MOST_PER_DAY)
        for age_ms in ages_ms:
            whole("patient.ages_ms", age_ms)
        if part(snapshot, "full_ms") is not None:
            whole("patient.full_ms", snapshot["full_ms"])

    def restore(self, snapshot, then_ms):
        if snapshot == {}:
            return
        self.granted = snapshot["granted"]
        self.denied = snapshot["denied"]
        self.given_ng = snapshot["given_ng"]
        self._starts_ms = [then_ms - age_ms for age_ms in snapshot["ages_ms"]]
        full_ms = snapshot["full_ms"]
        self._full_ms = None if full_ms is None else then_ms - full_ms
