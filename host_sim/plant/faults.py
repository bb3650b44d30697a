"""What can go wrong in the world: one table, kind -> what begins and what ends.

A fault in the job is [t_ms, {"kind": ..., its keys}]; with a lasts_ms (not None) it ends by itself,
else it stays.

    stall            lasts_ms               something holds the rotor
    step_loss        by_ppt, lasts_ms       share of the pulses that the rotor misses
    occlusion        lasts_ms               the line is shut
    leak             rate_pl_per_day, lasts_ms
    wear             by_ppt, over_ms        volume per revolution falls linearly, then stays
    empty_early      volume_pl              this volume vanishes from the reservoir
    encoder_dead     lasts_ms
    driver_reset                            the stepper driver loses its settings; it gets them at
    the next start
    level_stuck      at "active"|"inactive", lasts_ms
    door_open        lasts_ms
    clock_lost                              the pump's wall clock is unset
    supply_dip       to_mv, lasts_ms
    slow_crystal     by_ppb                 the pump's crystal runs slower by this from now on
"""

from hal.contract import DOOR, LEVEL_LOW


class FaultError(Exception):
    """A fault that this simulator does not know."""


class Rig:
    """What a fault can lay hands on."""

    def __init__(self, hal, plant):
        self.hal = hal
        self.plant = plant
        self.supply_mv = plant.supply_mv


def _stall(rig, fault):
    rig.plant.motor.hold(True)


def _stall_ends(rig, fault):
    rig.plant.motor.hold(False)


def _step_loss(rig, fault):
    rig.plant.motor.lose(fault["by_ppt"])


def _step_loss_ends(rig, fault):
    rig.plant.motor.lose(0)


def _occlusion(rig, fault):
    rig.plant.line.shut_off(True)


def _occlusion_ends(rig, fault):
    rig.plant.line.shut_off(False)


def _leak(rig, fault):
    rig.plant.line.leak(fault["rate_pl_per_day"])


def _leak_ends(rig, fault):
    rig.plant.line.leak(0)


def _wear(rig, fault):
    rig.plant.head.wear(rig.plant.now_ms, fault["by_ppt"] * 1000, fault["over_ms"])


def _empty_early(rig, fault):
    rig.plant.reservoir.vanish(fault["volume_pl"])


def _encoder_dead(rig, fault):
    if rig.hal.motion:
        rig.hal.motion.die()


def _encoder_dead_ends(rig, fault):
    if rig.hal.motion:
        rig.hal.motion.revive()


def _driver_reset(rig, fault):
    rig.hal.driver.lose_settings()


def _level_stuck(rig, fault):
    rig.hal.inputs.force(LEVEL_LOW, fault["at"] == "active")


def _level_stuck_ends(rig, fault):
    rig.hal.inputs.force(LEVEL_LOW, None)


def _door_open(rig, fault):
    rig.hal.inputs.force(DOOR, True)


def _door_open_ends(rig, fault):
    rig.hal.inputs.force(DOOR, None)


def _clock_lost(rig, fault):
    rig.hal.clock.lose_wall()


def _supply_dip(rig, fault):
    rig.plant.supply_mv = fault["to_mv"]


def _supply_dip_ends(rig, fault):
    rig.plant.supply_mv = rig.supply_mv


def _slow_crystal(rig, fault):
    rig.hal.clock.set_crystal(rig.hal.clock.crystal_ppb - fault["by_ppb"])


KINDS = {
    "stall": (_stall, _stall_ends),
    "step_loss": (_step_loss, _step_loss_ends),
    "occlusion": (_occlusion, _occlusion_ends),
    "leak": (_leak, _leak_ends),
    "wear": (_wear, None),
    "empty_early": (_empty_early, None),
    "encoder_dead": (_encoder_dead, _encoder_dead_ends),
    "driver_reset": (_driver_reset, None),
    "level_stuck": (_level_stuck, _level_stuck_ends),
    "door_open": (_door_open, _door_open_ends),
    "clock_lost": (_clock_lost, None),
    "supply_dip": (_supply_dip, _supply_dip_ends),
    "slow_crystal": (_slow_crystal, None),
}


def begin(rig, fault):
    """Let a fault begin; returns what ends it, None if nothing does."""
    kind = fault["kind"]
    if kind not in KINDS:
        raise FaultError(
            "fault: kind %r is not known; there are %s" % (kind, ", ".join(sorted(KINDS)))
        )
    begins, ends = KINDS[kind]
    begins(rig, fault)
    return ends
