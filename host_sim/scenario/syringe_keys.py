"""The keys of a syringe head in [head]: as keys.py, and what depends on them. CPython only."""

from firmware import syringe_geometry
from firmware.link.syringe_commands import CONFIRM_LINE, LINE_OFF
from host_sim.shared import values as v
from host_sim.shared.quantities import format_volume
from host_sim.shared.reader import Reader, Table
from host_sim.shared.values import REQUIRED, Key

SYRINGE = {
    "diameter": Key(v.LENGTH, None, "of the barrel of a syringe, inside"),
    "pitch": Key(v.LENGTH, None, "of the screw: how far a revolution moves the plunger"),
    "travel": Key(v.LENGTH, None, "of the plunger, from the forward end stop to the other"),
    "backlash": Key(
        v.ANY_LENGTH,
        None,
        "of the screw: how far it turns after a reversal before the plunger moves; without it 0",
    ),
}
WITHDRAW = {
    "volume": Key(v.VOLUME, REQUIRED, "that a syringe draws in, at rest", "volume_pl"),
    "line_off": Key(v.FLAG, REQUIRED, "states that the line is off", LINE_OFF),
}
CONFIRMS_LINE = {
    "confirm_line": Key(
        v.FLAG, None, "after `withdraw`: the line is on again, and full", CONFIRM_LINE
    )
}
_NEEDED = ("diameter", "pitch", "travel")
# As the configuration takes them, um
_RANGES = {name[: -len("_um")]: row[0][:2] for name, row in syringe_geometry.KEYS.items()}


def is_syringe(head: Table) -> bool:
    return head["kind"] == "syringe"


def check_head(reader: Reader, head: Table, reservoir: Table | None) -> None:
    """Notes what a head of its kind must and must not say; a syringe gets its volume per
    revolution, and no rollers.
    """
    if not is_syringe(head):
        for key in SYRINGE:
            if head[key] is not None:
                reader.problem(
                    "head." + key,
                    'is of a syringe; allowed: with kind = "syringe"',
                    "remove it, or state the kind",
                )
        if head["volume_per_rev"] is None:
            reader.problem(
                "head.volume_per_rev",
                "is missing; allowed: %s" % v.CALIBRATION.allowed,
                "add it: calibrated volume of one revolution",
            )
        return
    if head["volume_per_rev"] is not None:
        reader.problem(
            "head.volume_per_rev",
            "follows from diameter and pitch; allowed: without it for a syringe",
            "remove it",
        )
        return
    head["rollers"] = 0
    for key in _NEEDED:
        if head[key] is None:
            reader.problem(
                "head." + key, "is missing; allowed: %s" % v.LENGTH.allowed, "add it, in mm or um"
            )
            return
    if not _in_range(reader, head):
        return
    head["volume_per_rev"] = syringe_geometry.volume_pl(head["diameter"], head["pitch"])
    most = syringe_geometry.volume_pl(head["diameter"], head["travel"])
    if reservoir is not None and reservoir["capacity"] > most:
        reader.problem(
            "reservoir.capacity",
            "is %s; allowed: up to %s, what the travel of the plunger holds"
            % (format_volume(reservoir["capacity"]), format_volume(most)),
            "lower it, or correct head.travel or head.diameter",
        )


def _in_range(reader: Reader, head: Table) -> bool:
    for key, (least, most) in _RANGES.items():
        if not least <= (head[key] or 0) <= most:
            reader.problem(
                "head." + key,
                "is %d um; allowed: %d to %d um" % (head[key], least, most),
                "correct it",
            )
            return False
    if (head["backlash"] or 0) >= head["pitch"]:
        reader.problem(
            "head.backlash",
            "is %d um; allowed: below head.pitch, %d um" % (head["backlash"], head["pitch"]),
            "correct it",
        )
        return False
    return True


def section_of(head: Table) -> Table:
    """The section `syringe` of the configuration."""
    return {
        "diameter_um": head["diameter"],
        "pitch_um": head["pitch"],
        "travel_um": head["travel"],
        "backlash_um": head["backlash"] or 0,
    }


def backlash_steps(head: Table) -> int:
    """Of the plant, where the truth does not say otherwise."""
    return syringe_geometry.backlash_steps(section_of(head), head["steps_per_rev"])


def barrel_pl(head: Table) -> int | None:
    """What the travel of the plunger holds; None for a peristaltic head."""
    if not is_syringe(head):
        return None
    return syringe_geometry.volume_pl(head["diameter"], head["travel"])
