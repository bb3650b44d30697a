"""One rate: the program is set, the pump starts, the balance is logged to the end, the pump stops.
CPython only.

    found = weigh_rate(line, step, folder, kept)

However it ends, the pump is stopped, and what was weighed is in the folder.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.balances.poller import Balance, Heard
from bench.balances.transport import LinkLost as BalanceLost
from bench.inputs.setup_text import setup_text
from bench.shared.errors import NoBalance
from bench.weigh.display import Display
from bench.weigh.weigh import Weighing
from bench.weigh.weigh_log import RUN, WeighLog
from clepsydra.errors import ClepsydraError
from clepsydra.on_balance.pump_watch import LOOK_EVERY_S, PumpHalted, PumpOff, PumpWatch, halt
from clepsydra.on_balance.rate_steps import Step
from clepsydra.on_balance.verify_record import Record
from clepsydra.on_balance.weighing_line import Line
from clepsydra.pump.remote_pump import Pump
from firmware.therapy.program_checks import SAFE

LOG, SETUP = RUN, "setup.toml"
SIMULATED_LOOKS = 50  # at a simulated pump, over a weighing
INTERRUPTED = "interrupted"


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
        _to_the_end(line, step, log)
    finally:
        try:
            status = halt(line)
        finally:
            log.close()
    emitted = status.raw["emitted_steps"] - record.begun[step.folder]
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


def put_in_force(pump: Pump, section: Mapping[str, Any]) -> None:
    """A program, unless it is in force already; read back. Refused, NotAsSent."""
    wanted = dict(section)
    if pump.program() == wanted:
        return
    safe = wanted.get(SAFE[pump.conc_ng_per_ml > 0])
    pump.set_program(wanted, no_therapy=safe == 0)


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
    line.meet()
    record.begun[step.folder] = line.pump.status().raw["emitted_steps"]
    record.write(folder)
    started_s = line.clock.now_s() - log.zero_s
    line.pump.start()
    today = line.clock.wall().date().isoformat()  # days may lie between the first rate and this one
    raw = {**step.raw, "record": {"date": today, **step.raw.get("record", {})}}
    raw["sampling"] = {"start": f"{max(0.0, started_s):.3f} s", **raw.get("sampling", {})}
    (folder / step.folder / SETUP).write_text(setup_text(raw), encoding="utf-8")


def _to_the_end(line: Line, step: Step, log: WeighLog) -> None:
    """PumpOff, PumpHalted, KeyboardInterrupt."""
    looks_s = step.for_s / SIMULATED_LOOKS if line.simulated else LOOK_EVERY_S
    pump = PumpWatch(line, step.pl_per_day, log.note, looks_s)
    display = Display(step.aim, log, sys.stderr)
    balance = line.balance
    if balance is None:
        raise NoBalance("--balance: none is there; allowed: a protocol and a port, or sim; name it")

    def watch(kind: str, heard: Heard | None) -> None:
        display.watch(kind, heard)
        pump.look_if_due()

    weighing = Weighing(balance, line.clock, log, step.every_s, watch)
    try:
        with display:
            weighing.run(log.zero_s + step.for_s)
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
