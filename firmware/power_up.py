"""Power-up: what a pump does before its first pass.

    come_up(pump, hal.power.reset_cause(), now_ms)

The motor is let go, the boot is reported, what the memory kept is restored, the pump tests itself,
and what a person has to know of the restart becomes an alarm.
"""

from firmware import events, self_test, states, version
from firmware.alarms.after_reset import alarm_after_reset
from firmware.alarms.alarm_table import HIGH, MEDIUM, THERAPY_INTERRUPTED
from firmware.books import memory as kinds
from firmware.books.proof import Proof
from firmware.config import read_patiently
from firmware.errors import SnapshotError
from firmware.link.access import CLEARED, NOT_CLEARED
from firmware.link.key_slots import FORGET
from firmware.therapy.plan import BY_OUTAGE
from hal.contract import DOOR, WATCHDOG_RESET, HalError


def come_up(pump, cause, now_ms):
    """cause: of the reset, as hal/contract.py has it. A damaged record is FAULT, not an error."""
    pump.hal.driver.enable(False)
    pump.log.add(events.BOOT, now_ms, cause, version.PROTOCOL, version.NUMBER)
    if pump.stored.error is not None:
        pump.fault(now_ms, states.BY_CONFIGURATION)
    try:
        recover(pump, now_ms)
    except SnapshotError as error:
        pump.memory_lost(now_ms, str(error))
        pump.fault(now_ms, states.BY_MEMORY)
    pump.restore_bridge(now_ms)
    pump.follow_line(now_ms)
    pump.look_at_life(now_ms)
    failed = pump.test_itself()
    if failed & self_test.FATAL:
        pump.fault(now_ms, states.BY_SELF_TEST, (failed, 0))
    _come_back(pump, cause == WATCHDOG_RESET, now_ms)
    _tell(pump, cause, now_ms)
    pump.keep_all()
    _clear_keys(pump, now_ms)


def _clear_keys(pump, now_ms):
    """Somebody at the console wants the keys to be forgotten. The note goes last: after a power cut
    they are forgotten again.
    """
    store = pump.hal.store
    try:
        if not read_patiently(store, FORGET):
            return
        pump.access.keys.clear()
        pump.log.add(events.PAIRING, now_ms, CLEARED)
        pump.keep_changes()
        if pump.memory.trouble is None:
            store.write(FORGET, b"")
    except HalError:
        pump.log.add(events.PAIRING, now_ms, NOT_CLEARED)


def recover(pump, now_ms):
    """Restore the records of the memory: every record is checked before one is restored.
    SnapshotError, and nothing is restored, where one is damaged.
    """
    keepers = pump.keepers()
    found = pump.memory.recovered(_proof(pump))
    known = [(kind, keeper, found[kind]) for kind, keeper in keepers if kind in found]
    for _, keeper, record in known:
        keeper.check(record)
    pump.books.check_together(found)
    kept, program = pump.kept_program, found.get(kinds.PROGRAM)
    if kinds.PLAN in found and program is not None and kept.is_of(program):
        pump.plan.check_together(found[kinds.PLAN], kept.section_in(program))
    if program is not None:
        kept.restore(program, now_ms)
        if kept.drug is not None:
            # Before the ledger: it goes on in the epoch in which it was.
            pump.adopt_settings(pump.settings.with_drug(kept.drug))
    for kind, keeper, record in known:
        keeper.restore(record, now_ms - pump.memory.age_ms(kind))
    pump.books.find_line()
    movements = pump.memory.movements()
    if movements:
        pump.books.count_movements(movements, now_ms)
        pump.volumes.count_movements(movements, now_ms)
    pump.books.fit_line()
    if pump.stored.error is None:
        pump.books.fit_reservoir(pump.settings.reservoir["fill_pl"])
    # What was interrupted is over; nothing of it is given later.
    pump.delivery.end_overlay(now_ms)
    _recover_program(pump, now_ms)


def _proof(pump):
    """What chip and rotor know of the time before the power went."""
    hal, motion = pump.hal, pump.hal.motion
    if motion is None or hal.inputs.read() & DOOR:
        return Proof(hal.power.noted(), None, 1)
    return Proof(hal.power.noted(), motion.angle(), motion.counts_per_rev)


def _recover_program(pump, now_ms):
    """Put the program that was in force before the restart in force again."""
    kept, config, stage = pump.kept_program, pump.settings.config, 0
    if kept.known:
        stage = pump.plan.recovered(kept.section, now_ms)
    elif not kept.waits():
        pump.plan.adopt(kept.section)
    if kept.section != config["program"] or stage:
        pump.adopt_settings(pump.settings.with_program(kept.section, stage))
        pump.log.add(events.PROGRAM_KEPT, now_ms, pump.settings.program.mode, 1)
    elif kept.dropped:
        pump.log.add(events.PROGRAM_KEPT, now_ms, pump.settings.program.mode, 0)


def _come_back(pump, short, now_ms):
    """Does the program go on by itself, and at which dose? short: the pump was away for seconds."""
    restart, state = pump.restart, pump.state
    restart.came_up(now_ms, short, _has_delivered(pump))
    if restart.unconfirmed:
        pump.hold_dose(pump.settings)
        held = pump.settings.restart_at(pump.demand.conc)
        pump.log.add(events.DOSE_HELD, now_ms, held)
        pump.pause_plan(now_ms, BY_OUTAGE)
    # The program alone goes on: no bolus, and no try after a stall.
    infused = state.infused or restart.waited
    sound = state.now == states.STOPPED and not state.faults and not pump.self_test
    sound = sound and pump.kept_program.known and not pump.life.stops()
    sound = sound and not pump.books.line.unbridged
    if pump.settings.resumes and infused and sound and not restart.too_often():
        restart.wait(now_ms)


def _has_delivered(pump):
    """Whether a drug has left the pump before, or may have."""
    ledger = pump.books.ledger
    drug = any(epoch[-1] > 0 for epoch in ledger.epochs)
    if pump.memory_error is not None:
        return drug or pump.stored.error is not None
    return drug and (ledger.emitted_steps > 0 or pump.state.interrupted)


def _tell(pump, cause, now_ms):
    """Raise the alarm that this reset is. One that nobody has acknowledged is raised anew at each
    power-up, until somebody has.
    """
    alarms = pump.alarms
    stands = alarms.latched >> THERAPY_INTERRUPTED & 1 == 1
    code = alarm_after_reset(cause, pump.state.interrupted or pump.restart.waited or stands)
    if code is None:
        return
    before = alarms.priority_of(code) if stands else MEDIUM
    resumed = cause == WATCHDOG_RESET and pump.restart.due_ms is not None
    mild = code == THERAPY_INTERRUPTED and resumed and before < HIGH
    alarms.happened(code, now_ms, cause, priority=MEDIUM if mild else None)
