"""What can go wrong in the world: one table of faults, and what each begins and ends.

A fault in the job is [t_ms, {"kind": ..., its keys}]; with a lasts_ms (not None) it ends by itself,
else it stays.
"""

from collections import namedtuple

from hal.contract import BUTTON, DOOR, INTENDED_RESET, LEVEL_LOW, UNKNOWN_RESET, WATCHDOG_RESET

# keys: of the fault in the job; begins, ends: functions of (rig, fault), `ends` is None where
# nothing ends it
Kind = namedtuple("Kind", "keys begins ends")


# The causes of a reset that a scenario may name
CAUSES = {"watchdog": WATCHDOG_RESET, "intended": INTENDED_RESET, "unknown": UNKNOWN_RESET}


class FaultError(Exception):
    """A fault that this simulator does not know."""


class Rig:
    """What a fault can lay hands on."""

    def __init__(self, hal, plant):
        self.hal = hal
        self.plant = plant
        self.supply_mv = plant.supply_mv

    def set_encoder(self, alive):
        """On a board without an encoder nothing happens."""
        if self.hal.motion:
            if alive:
                self.hal.motion.revive()
            else:
                self.hal.motion.die()

    def set_supply(self, mv):
        """The supply voltage from now on, mV."""
        self.plant.supply_mv = mv

    def reset(self, cause):
        """The chip is reset, for a cause of CAUSES."""
        self.hal.power.reset(CAUSES.get(cause, UNKNOWN_RESET))

    def cut_flash(self, fault):
        """Power fails within a flash operation that is to come; without a flash it does not."""
        if self.hal.journal is not None:
            self.hal.journal.power.cut_at(
                fault["operation"],
                fault["mode"],
                lambda: self.hal.power.cut_for(fault["lasts_ms"]),
            )

    def slow_crystal(self, ppb):
        """The pump's crystal runs slower by this from now on, parts in 10**9."""
        self.hal.clock.set_crystal(self.hal.clock.crystal_ppb - ppb)


KINDS = {
    # something holds the rotor
    "stall": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.plant.motor.hold(True),
        lambda rig, fault: rig.plant.motor.hold(False),
    ),
    # the rotor misses a share of the pulses
    "step_loss": Kind(
        ("by_ppt", "lasts_ms"),
        lambda rig, fault: rig.plant.motor.lose(fault["by_ppt"]),
        lambda rig, fault: rig.plant.motor.lose(0),
    ),
    # the line is shut
    "occlusion": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.plant.line.shut_off(True),
        lambda rig, fault: rig.plant.line.shut_off(False),
    ),
    # fluid leaves through a hole in the line
    "leak": Kind(
        ("rate_pl_per_day", "lasts_ms"),
        lambda rig, fault: rig.plant.line.leak(fault["rate_pl_per_day"]),
        lambda rig, fault: rig.plant.line.leak(0),
    ),
    # the volume per revolution falls linearly, then stays
    "wear": Kind(
        ("by_ppt", "over_ms"),
        lambda rig, fault: rig.plant.head.wear(
            rig.plant.now_ms, fault["by_ppt"] * 1000, fault["over_ms"]
        ),
        None,
    ),
    # this volume vanishes from the reservoir
    "empty_early": Kind(
        ("volume_pl",), lambda rig, fault: rig.plant.reservoir.vanish(fault["volume_pl"]), None
    ),
    "encoder_dead": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.set_encoder(False),
        lambda rig, fault: rig.set_encoder(True),
    ),
    # the stepper driver loses its settings; it gets them at the next start
    "driver_reset": Kind((), lambda rig, fault: rig.hal.driver.lose_settings(), None),
    # at: "active" or "inactive"
    "level_stuck": Kind(
        ("at", "lasts_ms"),
        lambda rig, fault: rig.hal.inputs.force(LEVEL_LOW, fault["at"] == "active"),
        lambda rig, fault: rig.hal.inputs.force(LEVEL_LOW, None),
    ),
    "door_open": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.hal.inputs.force(DOOR, True),
        lambda rig, fault: rig.hal.inputs.force(DOOR, None),
    ),
    "button_stuck": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.hal.inputs.force(BUTTON, True),
        lambda rig, fault: rig.hal.inputs.force(BUTTON, None),
    ),
    # the pump's wall clock is unset
    "clock_lost": Kind((), lambda rig, fault: rig.hal.clock.lose_wall(), None),
    "supply_dip": Kind(
        ("to_mv", "lasts_ms"),
        lambda rig, fault: rig.set_supply(fault["to_mv"]),
        lambda rig, fault: rig.set_supply(rig.supply_mv),
    ),
    # no power; afterwards the pump starts anew
    "power_cut": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.hal.power.cut(),
        lambda rig, fault: rig.hal.power.restore(),
    ),
    # no power from within the n-th flash operation from now on; it leaves `mode` of that
    "flash_cut": Kind(
        ("operation", "mode", "lasts_ms"), lambda rig, fault: rig.cut_flash(fault), None
    ),
    # the chip is reset and starts anew at once; cause: of CAUSES
    "reset": Kind(("cause",), lambda rig, fault: rig.reset(fault["cause"]), None),
    # the pump's crystal runs slower by this from now on
    "slow_crystal": Kind(("by_ppb",), lambda rig, fault: rig.slow_crystal(fault["by_ppb"]), None),
}


def begin(rig, fault):
    """Let a fault begin; returns what ends it, None if nothing does."""
    kind = KINDS.get(fault["kind"])
    if kind is None:
        raise FaultError(
            "fault: kind %r is not known; there are %s" % (fault["kind"], ", ".join(sorted(KINDS)))
        )
    kind.begins(rig, fault)
    return kind.ends
