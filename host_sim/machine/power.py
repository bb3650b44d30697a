"""Power: the pump runs, is gone with its power or by a reset, and starts anew the way it started
first. Runs on MicroPython and CPython.

    play(hal, plant, world, recorder, boot)       # boot() makes the pump that runs next

Nothing of a pump outlives it but what is on its flash. The world goes on meanwhile.
"""

import gc

from host_sim.machine.sim_flash import PowerCut
from host_sim.machine.sim_power import LeftForConsole, PowerLost
from host_sim.machine.world import SimulationEnd


def play(hal, plant, world, recorder, boot):
    """From the first power-up to the end of the run; returns how many records the journal took."""
    records, again = _power_up(boot, hal)
    while again:
        recorder.power_off()
        gc.collect()
        world.sit_out()
        recorder.power_on()
        come_up(hal, plant)
        world.start_anew()
        if world.over():
            recorder.ask_status()
        more, again = _power_up(boot, hal)
        records += more
    return records


def _power_up(boot, hal):
    """Run a pump until it is gone, and let go of it: (records of its journal, whether the power
    comes back).
    """
    pump = None  # it can be gone before it is built
    again = False
    try:
        pump = boot()
        pump.run()
    except (PowerLost, PowerCut):
        go_down(hal)
        again = True
    except (SimulationEnd, LeftForConsole):
        pass
    return (0 if pump is None else pump.memory.records), again


def go_down(hal):
    """The power is gone at this instant."""
    hal.driver.power_off()
    hal.link.power_off()
    hal.lamp.go_out()
    hal.sounder.go_out()


def come_up(hal, plant):
    """The chip starts anew at this instant: all that it counts begins at 0."""
    hal.clock.power_up()
    hal.driver.power_up()
    plant.count_anew()
    if hal.motion:
        hal.motion.power_up()
    hal.link.power_up()
    if hal.journal:
        hal.journal.power.power_up()
    hal.power.power_up()
