"""Syringe geometry: what a turn of the screw and the travel of the plunger are worth, from the
diameter of the barrel and the pitch of the screw.

    syringe_geometry.check(config["syringe"], config["head"], config["reservoir"])
    pl_per_rev = syringe_geometry.volume_pl(diameter_um, pitch_um)

A section without a diameter is a peristaltic head. The volume of a turn is not stated a second
time: `head.pl_per_rev` has to be what these two give, so that a slip of the pen in one of them is
seen.
"""

from firmware.errors import ConfigError

# name: (what it allows as in field_checks.py, what stands there for a peristaltic head)
KEYS = {
    "diameter_um": ((100, 200_000, None), None),
    "pitch_um": ((10, 50_000, None), None),
    "travel_um": ((100, 1_000_000, None), None),
    "backlash_um": ((0, 10_000), 0),
}
_NEEDED = ("diameter_um", "pitch_um", "travel_um")


def volume_pl(diameter_um, length_um):
    """Volume in pL, rounded down, of such a length of the barrel; 1000 cubic um are a pL."""
    # pi to 16 decimals: exact to the pL for every barrel that the configuration takes
    return diameter_um * diameter_um * length_um * 31415926535897932 // (4000 * 10**16)


def backlash_steps(section, steps_per_rev):
    """Steps, rounded up, that the screw turns after a reversal before the plunger moves."""
    if section["diameter_um"] is None:
        return 0
    return -(-section["backlash_um"] * steps_per_rev // section["pitch_um"])


def check(section, head, reservoir):
    """ConfigError unless the section is whole, and head and reservoir are those of this syringe."""
    stated = [name for name in _NEEDED if section[name] is not None]
    if not stated and not section["backlash_um"]:
        return
    for name in _NEEDED:
        if name not in stated:
            raise ConfigError(
                "syringe." + name,
                None,
                "a length in um, since a syringe is stated",
                "state it, or take out the other keys of syringe",
            )
    if section["backlash_um"] >= section["pitch_um"]:
        raise ConfigError(
            "syringe.backlash_um",
            section["backlash_um"],
            "less than pitch_um, %d" % section["pitch_um"],
        )
    if head["rollers"]:
        raise ConfigError("head.rollers", head["rollers"], "0 for a syringe")
    turn_pl = volume_pl(section["diameter_um"], section["pitch_um"])
    if head["pl_per_rev"] != turn_pl:
        raise ConfigError(
            "head.pl_per_rev",
            head["pl_per_rev"],
            "%d, as syringe.diameter_um and pitch_um give" % turn_pl,
        )
    most_pl = volume_pl(section["diameter_um"], section["travel_um"])
    if reservoir["capacity_pl"] > most_pl:
        raise ConfigError(
            "reservoir.capacity_pl",
            reservoir["capacity_pl"],
            "at most %d, what syringe.travel_um of the barrel holds" % most_pl,
        )
