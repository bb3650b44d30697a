"""One rate: the program is set, the pump starts, the balance is logged to the end, the pump stops.
CPython only.

    found = weigh_rate(line, step, folder, kept)

However it ends, the pump is stopped, and what was weighed is in the folder.
"""

import sys
from pathlib import Path
from typing import Any

from bench.balances.poller import SILENT, Balance, Heard
from bench.balances.transport import LinkLost as BalanceLost
from bench.inputs.setup_text import setup_text
from bench.shared.errors import NoBalance
from bench.weigh.display import Display
from bench.weigh.weigh import Weighing
from bench.weigh.weigh_log import RUN, WeighLog
from clepsydra.errors import ClepsydraError
from clepsydra.on_balance.handing_back import put_in_force
from clepsydra.on_balance.pump_watch import (
    LOOK_EVERY_S,
    PumpHalted,
    PumpOff,
    PumpWatch,
    Since,
    halt,
)
from clepsydra.on_balance.rate_steps import Step
from clepsydra.on_balance.told_to_end import not_told
from clepsydra.on_balance.verify_record import Record
from clepsydra.on_balance.weighing_line import Line

LOG, SETUP = RUN, "setup.toml"
SIMULATED_LOOKS = 50  # at a simulated pump, over a weighing
INTERRUPTED = "interrupted"
STARTED = "pump_started_s"  # of the log, in run.json
FIRST_TRIES, EVERY_S = 10, 1.0  # until the balance shows a mass


def weigh_rate(line: Line, step: Step, folder: Path, record: Record) -> dict[str, Any]:
    """What the pump says of the run, once it was weighed to its end. PumpOff, PumpHalted,
    BenchError, KeyboardInterrupt; all that came is written by then.
    """
    here = folder / step.folder
    goes_on = (here / LOG).exists()
    if not goes_on:
        here.mkdir(parents=True, exist_ok=True)
        put_in_force(line.pump, step.section)
    names, heard = first_words(line.balance)
    log = _open_log(line, step, here, goes_on)
    try:
        log.add_facts({"identity": names})
        for one in heard:
            log.write(one)
        _began(line, step, folder, record, log, goes_on)
        _to_the_end(line, step, log, record.begun[step.folder])
    finally:
        try:
            with not_told():
                status = halt(line)
        finally:
            log.close()
    emitted = status.raw["emitted_steps"] - record.begun[step.folder][1]
    return {
        "emitted_steps": emitted,
        "moved_steps": status.raw["moved_steps"],
        "ended_utc": line.clock.wall().isoformat(timespec="seconds"),
    }


def first_words(balance: Balance | None) -> tuple[dict[str, str], list[Heard]]:
    """Open the balance and let it say who it is. NoBalance."""
    if balance is None:
        return {}, []
    try:
        balance.open()
        return balance.identify()
    except BalanceLost as error:
        raise NoBalance(f"--balance: {error}") from error


def _open_log(line: Line, step: Step, here: Path, goes_on: bool) -> WeighLog:
    facts = {
        "balance": line.called,
        "rate": step.rate,
        "for": f"{step.for_s:g} s",
        "every": f"{step.every_s:g} s",
        "pump": line.pump.said,
        "pump_serial": line.pump.identity().serial,
    }
    if goes_on:
        return WeighLog.resume(here, line.clock, facts, step.for_s)
    return WeighLog.begin(here, line.clock, facts)


def _began(
    line: Line, step: Step, folder: Path, record: Record, log: WeighLog, goes_on: bool
) -> None:
    if goes_on:
        log.note(line.clock.now_s(), "resumed", line.called)
        return
    log.note(line.clock.now_s(), "began", line.called)
    _must_show_a_mass(line, log)
    line.meet()
    # All that a resumed weighing needs is there before the pump starts, whenever the program dies
    started_s = max(0.0, line.clock.now_s() - log.zero_s)
    today = line.clock.wall().date().isoformat()  # days may lie between the first rate and this one
    raw = {**step.raw, "record": {"date": today, **step.raw.get("record", {})}}
    raw["sampling"] = {**raw.get("sampling", {}), "start": f"{started_s:.3f} s"}
    (folder / step.folder / SETUP).write_text(setup_text(raw), encoding="utf-8")
    log.add_facts({STARTED: started_s})
    _note_begin(line, step, folder, record)
    line.pump.start()
    _note_begin(line, step, folder, record)


def _note_begin(line: Line, step: Step, folder: Path, record: Record) -> None:
    raw = line.pump.status().raw
    record.begun[step.folder] = [raw["now_ms"], raw["emitted_steps"]]
    record.write(folder)


def _must_show_a_mass(line: Line, log: WeighLog) -> None:
    """NoBalance: without one the pump would deliver for nothing."""
    said = "nothing"
    for _ in range(FIRST_TRIES):
        try:
            for heard in _there(line).ask():
                if heard.kind != SILENT:
                    log.write(heard)
                    said = repr(heard.text.strip())
                if heard.mass_g is not None:
                    return
        except BalanceLost as error:
            raise NoBalance(f"--balance: {error}; the pump was not started") from error
        line.clock.wait_until_s(line.clock.now_s() + EVERY_S)
    raise NoBalance(
        f"{line.called}: it shows no mass, its last answer is {said}; see its unit, its load and "
        "its interface settings; the pump was not started"
    )


def _there(line: Line) -> Balance:
    if line.balance is None:
        raise NoBalance("--balance: none is there; allowed: a protocol and a port, or sim; name it")
    return line.balance


def _to_the_end(line: Line, step: Step, log: WeighLog, begun: list[int]) -> None:
    """PumpOff, PumpHalted, KeyboardInterrupt."""
    looks_s = step.for_s / SIMULATED_LOOKS if line.simulated else LOOK_EVERY_S
    pump = PumpWatch(line, step.pl_per_day, log.note, looks_s, Since(*begun))
    display = Display(step.aim, log, sys.stderr)
    balance = _there(line)

    def watch(kind: str, heard: Heard | None) -> None:
        display.watch(kind, heard)
        pump.look_if_due()

    weighing = Weighing(balance, line.clock, log, step.every_s, watch)
    try:
        with display:
            weighing.run(log.zero_s + log.record[STARTED] + step.for_s)
        if not display.masses:
            raise NoBalance(f"{line.called}: it answered, and not one mass came; see lines.csv")
        pump.look()
    except (KeyboardInterrupt, ClepsydraError) as error:
        for one in balance.close():
            log.write(one)
        log.note(line.clock.now_s(), INTERRUPTED, str(error) or "by whoever weighs")
        if isinstance(error, (PumpOff, PumpHalted)):
            at = f"after {log.last_s:.0f} s at {step.rate}"
            raise type(error)(f"{at}: {error}; its log is kept") from error
        raise
