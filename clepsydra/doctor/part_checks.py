"""What a pump's own words say of its parts: a finding for each. CPython only.

    for finding in findings(readings): finding.mark, finding.part, finding.text

Nothing is asked here; the readings were taken before (examining.py). What nobody can know from
them is UNKNOWN, and never OK.
"""

from typing import Any, NamedTuple

from clepsydra.amounts import volume_text
from clepsydra.pump.readings import Alarm, Identity, Status
from firmware.alarms import alarm_table as of
from firmware.version import PROTOCOL, TEXT
from host_sim.shared.number_text import span

OK, WARN, FAIL, UNKNOWN = "ok", "WARN", "FAIL", "?"
SLOW_MS, CLOSE_MS = 500, 2000
PACE_PERCENT = 2  # that a clock may seem to run off by, over some seconds on a line
_STORE_ALARMS = (of.STORE_FAILED, of.BOOKS_LOST, of.STORE_WORN, of.NOTHING_KEPT)
_SWITCHES = (
    (of.OCCLUSION, "occlusion"),
    (of.DOOR_OPEN, "door"),
    (of.STOP_INPUT, "stop"),
    (of.BUTTON_STUCK, "button"),
    (of.PLUNGER_LOOSE, "plunger"),
)


class Finding(NamedTuple):
    mark: str
    part: str
    text: str


class Readings(NamedTuple):
    """replies_ms: of several commands; first, last: statuses before and after them; package: commit
    and dirty flag of these sources.
    """

    identity: Identity
    config: dict[str, Any] | None
    replies_ms: list[float]
    first: Status
    last: Status
    package: tuple[str, int | None]


def findings(readings: Readings) -> list[Finding]:
    """In the order in which one part rests on another."""
    return [
        link(readings),
        access(readings),
        firmware(readings),
        configuration(readings),
        store(readings),
        driver(readings),
        sensor(readings),
        supply(readings),
        *switches(readings),
        *clock(readings),
        alarms(readings),
    ]


def link(readings: Readings) -> Finding:
    times = sorted(readings.replies_ms)
    broken = readings.last.raw["broken_frames"]
    new = broken - readings.first.raw["broken_frames"]
    text = f"{times[len(times) // 2]:.0f} ms a reply, {times[-1]:.0f} at most, of {len(times)}"
    if new:
        return Finding(FAIL, "link", f"{new} frames broken meanwhile; {text}: look at the cable")
    if times[-1] > SLOW_MS:
        return Finding(WARN, "link", f"{text}: slow")
    return Finding(OK, "link", f"{text}; {broken} frames broken since power-up")


def access(readings: Readings) -> Finding:
    raw = readings.last.raw
    if not readings.identity.paired:
        return Finding(OK, "access", "open: anybody who reaches its port commands it")
    wrong, again = raw["bad_frames"]
    if wrong or again:
        text = f"{wrong} frames with a wrong tag, {again} sent again, since power-up"
        return Finding(WARN, "access", f"paired; {text}: who else is on the line?")
    return Finding(OK, "access", "paired")


def firmware(readings: Readings) -> Finding:
    who, (commit, dirty) = readings.identity, readings.package
    text = f"{who.firmware}, commit {who.commit}{' with changes' if who.dirty else ''}"
    if readings.last.raw["image"] == "damaged":
        return Finding(FAIL, "firmware", f"{text}: the image is damaged, flash it again")
    if who.protocol != PROTOCOL:
        return Finding(
            FAIL, "firmware", f"{text}, protocol {who.protocol}; this is for {PROTOCOL}: flash it"
        )
    if who.firmware != TEXT or (who.commit, who.dirty) != (commit, dirty):
        here = f"{TEXT}, commit {commit}{' with changes' if dirty else ''}"
        return Finding(WARN, "firmware", f"{text}; this package is {here}")
    return Finding(OK, "firmware", f"{text}, as this package; image {readings.last.raw['image']}")


def configuration(readings: Readings) -> Finding:
    error = readings.last.raw["config_error"]
    if error or readings.config is None:
        return Finding(FAIL, "configuration", error or "none that can be read is stored")
    return Finding(OK, "configuration", f"{readings.identity.config_sha256[:8]}, in use")


def store(readings: Readings) -> Finding:
    raw = readings.last.raw
    failed = [name for name in raw["self_test"] if name in ("store", "journal", "guard", "image")]
    if failed or raw["memory_error"]:
        why = raw["memory_error"] or f"the self-test failed in {', '.join(failed)}"
        return Finding(FAIL, "store", why)
    alarm = _signalled(readings, _STORE_ALARMS)
    if alarm:
        mark = FAIL if alarm.priority == "HIGH" else WARN
        return Finding(mark, "store", alarm.text)
    if raw["reserved_steps"] is None:
        return Finding(WARN, "store", "this board keeps no journal: a power cut loses its books")
    return Finding(OK, "store", f"the journal takes records; {raw['reserved_steps']:,} steps kept")


def driver(readings: Readings) -> Finding:
    alarm = _signalled(readings, (of.DRIVER_FAULT,))
    if alarm:
        return Finding(FAIL, "driver", alarm.text)
    if "driver" in readings.last.raw["self_test"]:
        return Finding(FAIL, "driver", "the self-test failed: look at its supply and its wires")
    return Finding(OK, "driver", "answers, with the settings that it was given")


def sensor(readings: Readings) -> Finding:
    alarm = _signalled(readings, (of.MOTION_SENSOR,))
    if alarm:
        return Finding(FAIL, "rotor sensor", alarm.text)
    if "sensor" in readings.last.raw["self_test"]:
        return Finding(FAIL, "rotor sensor", "the self-test failed: look at its wires and magnet")
    if not readings.last.raw["rotor_sensor"]:
        return Finding(UNKNOWN, "rotor sensor", "none answers: nobody sees the rotor turn")
    return Finding(OK, "rotor sensor", "answers")


def supply(readings: Readings) -> Finding:
    alarm = _signalled(readings, (of.SUPPLY_LOW,))
    if alarm:
        return Finding(FAIL, "supply", f"{alarm.text}; a long USB cable?")
    least = readings.config and readings.config["limits"]["supply_min_mv"]
    if not least:
        return Finding(UNKNOWN, "supply", "the configuration has no limit for it")
    return Finding(OK, "supply", f"above {least / 1000:.2f} V, where the board measures it")


def switches(readings: Readings) -> list[Finding]:
    """Those that are seen to be wrong; that one works nobody sees without pressing it."""
    found = []
    raw, config = readings.last.raw, readings.config
    if config is not None:
        low_pl, left_pl = config["reservoir"]["low_pl"], raw["residual_pl"]
        closed = raw["level"]["closed"]
        says = f"{'closed' if closed else 'open'}, the books say {volume_text(left_pl)}"
        if closed == (left_pl <= low_pl):
            found.append(Finding(OK, "level switch", says))
        else:
            low = f"low is {volume_text(low_pl)}"
            found.append(Finding(FAIL, "level switch", f"{says}, {low}: look at its wires"))
    active = [(name, alarm) for code, name in _SWITCHES if (alarm := _signalled(readings, (code,)))]
    found += [Finding(FAIL, name, alarm.text) for name, alarm in active]
    if not active:
        found.append(
            Finding(UNKNOWN, "other switches", "none is active; press each and look at the status")
        )
    return found


def clock(readings: Readings) -> list[Finding]:
    """What it says, and how fast it runs."""
    ahead_ms = readings.last.clock_ahead_ms
    if "clock" in readings.last.raw["self_test"]:
        return [Finding(FAIL, "clock", "the self-test failed: it stands")]
    found = []
    if ahead_ms is None:
        found.append(Finding(WARN, "clock", "unset -> clepsydra clock set"))
    elif abs(ahead_ms) > CLOSE_MS:
        how = "ahead" if ahead_ms > 0 else "behind"
        found.append(Finding(WARN, "clock", f"{span(abs(ahead_ms))} {how} -> clepsydra clock set"))
    else:
        found.append(Finding(OK, "clock", "as this computer"))
    here_ms = readings.last.at_computer_ms - readings.first.at_computer_ms
    there_ms = readings.last.raw["now_ms"] - readings.first.raw["now_ms"]
    if abs(there_ms - here_ms) * 100 > PACE_PERCENT * here_ms + 100 * SLOW_MS:
        found.append(Finding(WARN, "pace", f"{there_ms} ms went by on the pump, {here_ms} ms here"))
    return found


def alarms(readings: Readings) -> Finding:
    found = readings.last.alarms
    if not found:
        return Finding(OK, "alarms", "none is signalled")
    return Finding(WARN, "alarms", ", ".join(f"{alarm.priority} {alarm.name}" for alarm in found))


def _signalled(readings: Readings, codes: tuple[int, ...]) -> Alarm | None:
    return next((alarm for alarm in readings.last.alarms if alarm.code in codes), None)
