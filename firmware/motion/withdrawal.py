"""Withdrawal: a syringe head fills itself at rest, with the line off (S25).

    withdrawal.begin(pump, volume_pl, now_ms)  # by pump.withdraw
    due_ms = withdrawal.look(pump, now_ms)     # from then on, until it is over
    withdrawal.end(pump, now_ms)               # at its end, or to break it off

It is the one place that turns the motor backwards, and there is no run meanwhile: a run is not
begun while it lasts, and it does not begin in one. The books get what it has drawn in at its end:
without the play of the screw, and never more than the rotor's sensor saw.
"""

from firmware import events, states
from firmware.errors import PumpError
from firmware.motion import ramp
from hal.contract import DOOR, PLUNGER

LOOK_MS = 100
_FASTER = 4  # than the rate at which the motor starts, at the top of the ramp


def begin(pump, volume_pl, now_ms):
    """volume_pl: at least a step, and there is room for it. PumpError within a run."""
    delivery, screw, driver = pump.delivery, pump.screw, pump.hal.driver
    if delivery.active or delivery.turning_back:
        raise PumpError("the motor does not turn backwards in a run, nor twice at once")
    steps = pump.books.epoch.steps_of(volume_pl) + screw.play_behind()
    most_hz, start_hz = pump.stored.board_hz
    top_hz = max(start_hz, min(most_hz, _FASTER * start_hz))
    pump.restart.cancel()
    screw.turns_back(steps, driver.emitted(), ramp.segments(steps, start_hz, top_hz))
    pump.lose_line(now_ms)
    pump.keep_changes()  # before anything moves
    delivery.turn_back(True)
    driver.enable(True)


def look(pump, now_ms):
    """Queue what the driver has room for; returns the instant of the next look, or of now once it
    is over.
    """
    screw, driver = pump.screw, pump.hal.driver
    broken_off = pump.safety.inputs & (DOOR | PLUNGER)
    if broken_off or screw.begun_steps - driver.emitted() >= screw.turning_steps:
        end(pump, now_ms)
        return now_ms
    while driver.room():
        segment = next(screw.segments, None)
        if segment is None:
            break
        driver.queue(-segment[0], driver.tick_hz // segment[1])
    return now_ms + LOOK_MS


def end(pump, now_ms):
    """Stop, and book what was drawn in; nothing where none runs."""
    if not pump.delivery.turning_back:
        return
    gathers = pump.memory.gather()
    try:
        _end(pump, now_ms)
    finally:
        if gathers:
            pump.memory.release()


def _end(pump, now_ms):
    delivery, screw, books = pump.delivery, pump.screw, pump.books
    driver_steps = pump.hal.driver.stop()
    delivery.turn_back(False)
    if not pump.settings.hold_at_rest:
        pump.hal.driver.enable(False)
    asked, made = screw.turning_steps, screw.begun_steps - driver_steps
    turned = pump.rotor.turned_back(made)
    drawn = max(0, turned - screw.play_behind())
    screw.turned_back(made)
    before_pl = books.left_pl()
    books.turned_back(driver_steps, drawn, now_ms)
    pump.log.add(events.WITHDRAWN, now_ms, books.left_pl() - before_pl, asked, turned)
    if drawn and pump.state.now == states.EMPTY:
        pump.state.enter(states.STOPPED, now_ms, states.BY_REFILL)


def at_end_stop(pump, now_ms, evidence):
    """True, and reported, if a stall with this evidence (steps emitted, sensed) is the forward end
    stop of a syringe: the books are low, and nothing more can come. It is EMPTY, then: a try every
    ten minutes would press on the stop.
    """
    left_pl = pump.books.left_pl()
    low_pl = pump.books.reservoir.low_pl
    if pump.settings.config["syringe"]["diameter_um"] is None or left_pl > low_pl:
        return False
    pump.log.add(events.END_STOP, now_ms, evidence[0], evidence[1], left_pl)
    return True
