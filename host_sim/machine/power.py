"""Power: the pump runs, is gone with its power or by a reset, and starts anew the way it started
first. Runs on MicroPython and CPython.

    play(hal, plant, world, recorder, boot)       # boot(memory) makes the pump that runs next

Nothing of a pump outlives it but what the memory keeps: the books take over the count at the pin,
and the keepers are asked for their snapshots, at the very instant at which it ends. The world goes
on meanwhile.
"""

import gc

from firmware.books.memory import RamMemory
from host_sim.machine.backend import LeftForConsole
from host_sim.machine.world import PowerLost, SimulationEnd


def play(hal, plant, world, recorder, boot):
    """From the first power-up to the end of the run."""
    memory = RamMemory()
    while _runs(boot(memory), hal, memory):
        recorder.power_off()
        gc.collect()
        world.sit_out()
        recorder.power_on()
        come_up(hal, plant)
        world.start_anew()
        if world.over():
            recorder.ask_status()


def _runs(pump, hal, memory):
    """Run this pump; False if the run came to its end with it."""
    try:
        pump.run()
    except PowerLost:
        go_down(pump, hal, memory)
        return True
    except (SimulationEnd, LeftForConsole):
        pass
    return False


def go_down(pump, hal, memory):
    """The power is gone at this instant."""
    now_ms = hal.clock.now_ms()
    source, source_steps = pump.demand.overlays.due_by(now_ms, pump.books.epoch)
    pump.books.ledger.settle_end(hal.driver.emitted(), source, source_steps)
    memory.power_lost(now_ms)
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
    hal.power.power_up()
