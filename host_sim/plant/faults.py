"""What can go wrong in the world: one table of faults, and what each begins and ends.

A fault in the job is [t_ms, {"kind": ..., its keys}]; with a lasts_ms (not None) it ends by itself,
else it stays.
"""

from collections import namedtuple

from hal.contract import (
    BUTTON,
    DOOR,
    INTENDED_RESET,
    LEVEL_LOW,
    PLUNGER,
    SERVICE,
    STOP,
    UNKNOWN_RESET,
    WATCHDOG_RESET,
)
from host_sim.plant.motor import FIELD

# keys: of the fault in the job; begins, ends: functions of (rig, fault), `ends` is None where
# nothing ends it
Kind = namedtuple("Kind", "keys begins ends")


# The causes of a reset that a scenario may name
CAUSES = {"watchdog": WATCHDOG_RESET, "intended": INTENDED_RESET, "unknown": UNKNOWN_RESET}


# What a field that is too strong for it makes of a rotor's sensor
SILENT, PULLED, SOUND = "silent", "pulled", "sound"
ENCODERS = (SILENT, PULLED, SOUND)


class FaultError(Exception):
    """A fault that this simulator does not know."""


class Rig:
    """What a fault can lay hands on. later(ms, what): what() is called so much later."""

    def __init__(self, hal, plant, later):
        self.hal = hal
        self.plant = plant
        self.supply_mv = plant.supply_mv
        self._later = later
        self._recovers_after_ms = 0
        self._silent_by = []  # the kinds of fault for which the encoder gives nothing
        self._level_by = {}  # what the level switch says, by kind of fault

    def silence_encoder(self, kind, silent):
        """For one kind of fault; it speaks again when no other silences it. On a board without an
        encoder nothing happens.
        """
        others = [other for other in self._silent_by if other != kind]
        self._silent_by = others + [kind] if silent else others
        if self.hal.motion:
            if self._silent_by:
                self.hal.motion.die()
            else:
                self.hal.motion.revive()

    def force_level(self, kind, closed):
        """The level switch says this for one kind of fault, None: that has ended. No field moves a
        switch that sticks.
        """
        self._level_by[kind] = closed
        stuck, in_field = self._level_by.get("level_stuck"), self._level_by.get("magnet")
        self.hal.inputs.force(LEVEL_LOW, in_field if stuck is None else stuck)

    def enter_field(self, encoder, recovers_after_ms):
        """A magnetic field holds the rotor, disturbs its sensor, and closes the level switch."""
        self._recovers_after_ms = recovers_after_ms
        self.plant.motor.hold(True, FIELD)
        self.force_level("magnet", True)
        if encoder == SILENT:
            self.silence_encoder("magnet", True)
        elif encoder == PULLED:  # its own magnet is the weaker one
            self.plant.pulled_counts = self.plant.counts_per_rev // 4

    def leave_field(self):
        """The field is gone; the rotor comes free in a while."""
        self.force_level("magnet", None)
        self.silence_encoder("magnet", False)
        self.plant.pulled_counts = 0
        self._later(self._recovers_after_ms, lambda: self.plant.motor.hold(False, FIELD))

    def loosen_plunger(self, on):
        """The switch that says so opens, on a board that has one."""
        if self.plant.screw is None:
            raise FaultError("fault: loose_plunger needs a syringe head")
        self.plant.screw.loosen(on)
        self.hal.inputs.force(PLUNGER, True if on else None)

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
    # the line is bent: so much of its conductance is gone
    "kink": Kind(
        ("by_ppt", "lasts_ms"),
        lambda rig, fault: rig.plant.line.kink(fault["by_ppt"]),
        lambda rig, fault: rig.plant.line.kink(0),
    ),
    # the catheter is off the tubing
    "disconnection": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.plant.line.part(True),
        lambda rig, fault: rig.plant.line.part(False),
    ),
    # the tip has left its place
    "dislodgement": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.plant.line.dislodge(True),
        lambda rig, fault: rig.plant.line.dislodge(False),
    ),
    # the next that the head draws is air
    "air": Kind(("volume_pl",), lambda rig, fault: rig.plant.let_air_in(fault["volume_pl"]), None),
    # a field holds the rotor, which comes free only a while after it; encoder: of ENCODERS
    "magnet": Kind(
        ("encoder", "lasts_ms", "recovers_after_ms"),
        lambda rig, fault: rig.enter_field(fault["encoder"], fault["recovers_after_ms"]),
        lambda rig, fault: rig.leave_field(),
    ),
    # the plunger of a syringe is not captured, and siphons
    "loose_plunger": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.loosen_plunger(True),
        lambda rig, fault: rig.loosen_plunger(False),
    ),
    # the tube is not closed by the rotor: fluid runs through by itself
    "free_flow": Kind(
        ("rate_pl_per_day", "lasts_ms"),
        lambda rig, fault: rig.plant.let_past(fault["rate_pl_per_day"]),
        lambda rig, fault: rig.plant.let_past(0),
    ),
    # the rotor is turned from outside, all at once
    "turned": Kind(("steps",), lambda rig, fault: rig.plant.turn(fault["steps"]), None),
    # fluid leaves through a hole where tubing and catheter join
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
        lambda rig, fault: rig.silence_encoder("encoder_dead", True),
        lambda rig, fault: rig.silence_encoder("encoder_dead", False),
    ),
    # the stepper driver loses its settings; it gets them at the next start
    "driver_reset": Kind((), lambda rig, fault: rig.hal.driver.lose_settings(), None),
    # at: "active" or "inactive"
    "level_stuck": Kind(
        ("at", "lasts_ms"),
        lambda rig, fault: rig.force_level("level_stuck", fault["at"] == "active"),
        lambda rig, fault: rig.force_level("level_stuck", None),
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
    # no fault: the patient presses the button, for so long
    "press_button": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.hal.inputs.force(BUTTON, True),
        lambda rig, fault: rig.hal.inputs.force(BUTTON, None),
    ),
    # no fault: somebody presses the service input, for so long
    "press_service": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.hal.inputs.force(SERVICE, True),
        lambda rig, fault: rig.hal.inputs.force(SERVICE, None),
    ),
    "stop_input": Kind(
        ("lasts_ms",),
        lambda rig, fault: rig.hal.inputs.force(STOP, True),
        lambda rig, fault: rig.hal.inputs.force(STOP, None),
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
