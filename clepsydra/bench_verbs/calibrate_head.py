"""calibrate: from steps and weighed volumes to the volume of a revolution.

    clepsydra bench calibrate RUNS.csv --tube TEXT --temperature "21 degC"       no pump is asked
    clepsydra bench calibrate --pump --balance mt-sics:/dev/ttyUSB0 --setup setup.toml \\
        --tube TEXT --temperature "21 degC" --out build/bench/head               the wizard

The wizard primes, turns the head, and weighs each run, or asks for the mass where there is no
--balance; it fits, shows old beside new, and stores the new head data in the pump once they are
confirmed. The pump has to be STOPPED. It is STOPPED at the end, with the program that it had. With
RUNS.csv and --pump the runs of that file are fitted, and stored.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.commands import calibrate as of_files
from clepsydra.bench_verbs.line_options import STATUS_TEXT, add_line, answered, tell, wanted_of
from host_sim.shared import ending

if TYPE_CHECKING:
    from bench.calibrate.volume_per_rev import Calibration
    from clepsydra.on_balance.calibration_plan import CalibrationPlan
    from clepsydra.on_balance.rate_steps import Base
    from clepsydra.on_balance.weighing_line import Line

HELP = of_files.HELP + ", and into the pump on the line"
FOLDER = "build/bench/head"
RECORD = "calibration.toml"


def add_arguments(parser: ArgumentParser) -> None:
    of_files.add_arguments(parser)
    for action in parser._actions:
        if action.dest == "runs":
            action.nargs = "?"
    parser.epilog = STATUS_TEXT.format(done="done", failed="the fit is bad: no record, no change")
    add_line(parser, without="none is asked; --pump alone")
    parser.add_argument("--rates", metavar="RATES", help="default: the highest, and half of it")
    parser.add_argument(
        "--count", type=int, default=10, metavar="N", help="of runs (default: %(default)s)"
    )
    parser.add_argument(
        "--turns", type=int, metavar="N", help="of a run (default: as many as the balance wants)"
    )
    parser.add_argument(
        "--prime",
        metavar="VOLUME",
        help='before the first run (default: the line and 20 turns; "0 mL")',
    )
    parser.add_argument("--resume", action="store_true", help="go on with what is in the folder")
    parser.add_argument(
        "--confirm",
        metavar="VALUE",
        help="for scripts: the volume (with a drug the dose) of all runs",
    )
    parser.add_argument(
        "--confirm-volume", metavar="VOLUME", help="for scripts: the new volume of a revolution"
    )


def run(arguments: Namespace) -> int:
    """Fit files, or turn, weigh, fit and store; return the exit status."""
    if arguments.pump is None:
        return answered(lambda: _of_files(arguments))
    return answered(lambda: _on_the_line(arguments))


def _of_files(arguments: Namespace) -> int:
    from clepsydra.errors import BadInput

    if arguments.runs is None:
        raise BadInput("RUNS.csv is missing; name it, or say --pump for the pump on the line")
    return of_files.run(arguments)


def _on_the_line(arguments: Namespace) -> int:
    from clepsydra.on_balance.calibration_record import setup_beside
    from clepsydra.on_balance.new_head import with_volume
    from clepsydra.on_balance.pump_limits import stand_ready
    from clepsydra.on_balance.rate_steps import read_base
    from clepsydra.on_balance.weighing_line import opened
    from clepsydra.on_balance.who_is_who import must_be
    from clepsydra.verbs.asking import refuse_unless
    from clepsydra.verbs.verb_options import config_of, named
    from host_sim.shared.out_dir import held

    refuse_unless(
        arguments.setup is not None, "--setup: is missing; it says how the runs are weighed"
    )
    base = read_base(arguments.setup)
    refuse_unless(
        base.setup.vessel.direction != -1,
        'vessel.holds is "the reservoir"; a calibration weighs what is delivered: leave it out',
    )
    where = arguments.out if arguments.out != of_files.RECORD else FOLDER
    with held(where) as folder, opened(wanted_of(arguments), base.setup) as line:
        config = config_of(line.pump)
        must_be(line.pump, base.raw.get("record", {}))
        arguments.steps_per_rev = config["head"]["steps_per_rev"]
        terms, date = of_files.terms_of(arguments)  # what is typed wrongly is said before a step
        stand_ready(line.pump)
        with_volume(line.pump, config["head"]["pl_per_rev"])  # as will be stored at the end
        tell("calibrate", named(line.pump))
        runs_path = arguments.runs or _weighed(arguments, line, folder, base, config)
        setup_path = setup_beside(folder, base)
        return _fitted(arguments, line, folder, (runs_path, setup_path), (terms, date))


def _weighed(
    arguments: Namespace, line: "Line", folder: Path, base: "Base", config: dict[str, Any]
) -> Path:
    """Turn and weigh; the path of runs.csv."""
    from clepsydra.on_balance import calibration_record
    from clepsydra.on_balance.calibration_runs import RUNS, done_runs, weigh_runs
    from clepsydra.on_balance.handing_back import give_back
    from clepsydra.on_balance.pan import BalanceMasses, Masses, TypedMasses
    from clepsydra.on_balance.rate_weighing import first_words
    from clepsydra.on_balance.told_to_end import told_to_end

    record = calibration_record.of(
        line, folder, arguments.tube, config["head"]["steps_per_rev"], arguments.resume
    )
    plan = _plan(arguments, base, config)
    masses: Masses = TypedMasses(line)
    if line.balance is not None:
        first_words(line.balance)
        masses = BalanceMasses(line, line.balance)
    if done_runs(folder) < len(plan.runs):
        _confirm_runs(arguments, line, plan, done_runs(folder))
        with told_to_end():
            try:
                record.back = False
                record.write(folder)
                weigh_runs(line, plan, folder, masses, tell)
            except KeyboardInterrupt:
                tell("stopped", "every run that was weighed is kept; go on with --resume")
                raise
            finally:
                give_back(line, folder, record, tell)
    give_back(line, folder, record, tell)
    if line.balance is not None:
        line.balance.close()
    return folder / RUNS


def _plan(arguments: Namespace, base: "Base", config: dict[str, Any]) -> "CalibrationPlan":
    from clepsydra.amounts import Volume
    from clepsydra.on_balance.calibration_plan import AskedRuns, plan_of
    from clepsydra.on_balance.rate_steps import rates_of

    rates = rates_of(arguments.rates, base) if arguments.rates is not None else ()
    prime_pl = None if arguments.prime is None else Volume.read(arguments.prime, "--prime").pl
    asked = AskedRuns(rates, arguments.count, arguments.turns, prime_pl)
    return plan_of(asked, base, config)


def _confirm_runs(arguments: Namespace, line: "Line", plan: "CalibrationPlan", done: int) -> None:
    """All that is pumped, shown and typed."""
    from bench.shared.say import lasting
    from clepsydra.amounts import Dose, Volume
    from clepsydra.on_balance.calibration_plan import run_text
    from clepsydra.on_balance.pump_limits import will_let_through
    from clepsydra.verbs.asking import confirm_value

    pump = line.pump
    stretches = plan.stretches(done)
    total = Volume(int(sum(one.volume_pl for one in stretches)))
    for number, one in enumerate(plan.runs[done:], done + 1):
        tell(f"{number} of {len(plan.runs)}", run_text(plan, one))
    prime = f"the prime of {run_text(plan, plan.prime)}, " if plan.prime else ""
    lasts_s = sum(one.lasts_s for one in stretches)
    tell("in all", f"{prime}{total}, {lasting(lasts_s)} and the weighing between")
    tell("WARNING", "what it pumps is real: let the tip end in the vessel on the balance")
    will_let_through(stretches, pump, pump.status())
    conc = pump.conc_ng_per_ml
    wanted: Any = total.dose(conc) if conc else total
    called = "the dose of all of it" if isinstance(wanted, Dose) else "the volume of all of it"
    confirm_value(arguments, wanted, called)


def _fitted(
    arguments: Namespace,
    line: "Line",
    folder: Path,
    paths: tuple[Any, Any],
    terms_and_date: tuple[Any, str],
) -> int:
    """The record, old beside new, and the change once it is confirmed."""
    from bench.calibrate import calibration_files
    from bench.calibrate.volume_per_rev import calibrate

    terms, date = terms_and_date
    found = calibrate(calibration_files.load_runs(*paths), terms)
    for label, text in of_files.lines(found):
        tell(label, text)
    if found.faults:
        for n, fault in enumerate(found.faults):
            tell("refused" if n == 0 else "", fault)
        tell("", "the pump has the head data that it had")
        return ending.FAILED
    serial = line.pump.identity().serial
    rehearsal = " A REHEARSAL: pump and balance are simulated." if line.simulated else ""
    record = calibration_files.record(
        found,
        terms,
        date=date,
        tube=arguments.tube,
        temperature=arguments.temperature,
        remark=f"Of the pump with the serial number {serial}.{rehearsal}",
    )
    (folder / RECORD).write_text(record, encoding="utf-8")
    tell("record", str(folder / RECORD))
    return _stored(arguments, line, found)


def _stored(arguments: Namespace, line: "Line", found: "Calibration") -> int:
    from clepsydra.amounts import Volume
    from clepsydra.on_balance import new_head
    from clepsydra.verbs.asking import confirm_exactly
    from clepsydra.verbs.verb_options import config_of

    pump = line.pump
    now, pl_per_rev = config_of(pump), new_head.volume_of(found)
    if pl_per_rev == now["head"]["pl_per_rev"]:
        tell("head", "these are the head data that the pump has: nothing was sent")
        return ending.DONE
    fault, warning = new_head.plausible(now["head"]["pl_per_rev"], pl_per_rev)
    if fault:
        tell("refused", fault)
        tell("", "the pump has the head data that it had")
        return ending.FAILED
    if warning:
        tell("WARNING", warning)
    after = new_head.with_volume(pump, pl_per_rev)
    pending = pump.stage_config(after)  # refused before anybody types something
    most_pl = now["limits"]["program_max_rate_pl_per_day"]
    print(new_head.side_by_side(now, after, found, most_pl))
    tell("checked", f"by the pump: {pending.now} stored, {pending.digest} staged")
    tell("", "it comes up anew with it, and is STOPPED then, with the program that it has")
    shown = new_head.exact_text(pl_per_rev)
    confirm_exactly(arguments.confirm_volume, Volume(pl_per_rev), shown, "--confirm-volume")
    tell("stored", new_head.store(pump, after, pending))
    return ending.DONE
