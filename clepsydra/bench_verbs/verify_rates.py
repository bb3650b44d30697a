"""verify: command a pump through its rates, weigh each, and end in a certificate.

    clepsydra bench verify --pump /dev/ttyACM0 --balance mt-sics:/dev/ttyUSB0 \\
        --setup setup.toml --rates "0.5 mL/d, 24 mL/d" --out build/bench/monday
    clepsydra bench verify --pump sim --balance sim --setup setup.toml ...    in virtual time

The plan is shown and confirmed before anything is sent. The pump has to be STOPPED, with its tip in
the vessel on the balance. It is STOPPED at the end, with the program that it had. Ctrl-C stops it;
--resume goes on.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clepsydra.bench_verbs.line_options import STATUS_TEXT, add_line, answered, tell, wanted_of
from host_sim.shared import ending

if TYPE_CHECKING:
    from bench.report.judged import Judged
    from clepsydra.on_balance.rate_steps import Base, Step
    from clepsydra.on_balance.verify_record import Record
    from clepsydra.on_balance.weighing_line import Line

HELP = "command a pump through its rates, weigh, and certify"
VERDICTS = {
    "pass": ending.DONE,
    None: ending.DONE,
    "fail": ending.FAILED,
    "undecided": ending.NOT_JUDGED,
}


def add_arguments(parser: ArgumentParser) -> None:
    parser.epilog = STATUS_TEXT.format(done="pass, or no limit stated", failed="fail")
    add_line(parser)
    parser.add_argument(
        "--setup",
        required=True,
        metavar="SETUP.toml",
        help="as for analyse; set_rate and method may be left out",
    )
    parser.add_argument(
        "--rates",
        metavar="RATES",
        help='in their order, as "0.5 mL/d, 24 mL/d" (default: set_rate of the setup)',
    )
    parser.add_argument(
        "--for",
        dest="lasting",
        metavar="TIME",
        help="to weigh each rate (default: what its method takes)",
    )
    parser.add_argument(
        "--every", metavar="TIME", help="between two questions (default: 500 ms; simulated: longer)"
    )
    parser.add_argument("--out", required=True, metavar="DIR", help="a folder of its own")
    parser.add_argument("--resume", action="store_true", help="go on with what is in the folder")
    parser.add_argument(
        "--confirm",
        metavar="VALUE",
        help="for scripts: the dose (without a drug the volume) of a day at the highest rate",
    )


def run(arguments: Namespace) -> int:
    """Verify to the end; return the exit status."""
    return answered(lambda: _verified(arguments))


def _verified(arguments: Namespace) -> int:
    from clepsydra.on_balance.rate_steps import Rates, rates_of, read_base, steps_of
    from clepsydra.on_balance.rate_weighing import first_words
    from clepsydra.on_balance.verifying import lay_out, weigh_all
    from clepsydra.on_balance.weighing_line import opened
    from clepsydra.on_balance.who_is_who import must_be, record_of
    from clepsydra.verbs.asking import refuse_unless
    from clepsydra.verbs.verb_options import config_of, named
    from host_sim.shared.out_dir import held

    base = read_base(arguments.setup)
    asked = Rates(rates_of(arguments.rates, base), arguments.lasting, arguments.every)
    refuse_unless(
        arguments.balance is not None, "--balance: a flow is weighed by a balance on the line"
    )
    with held(arguments.out) as folder, opened(wanted_of(arguments), base.setup) as line:
        config = config_of(line.pump)
        must_be(line.pump, base.raw.get("record", {}))
        steps = steps_of(asked, base, config, line.simulated)
        names, _ = first_words(line.balance)
        if line.balance:
            line.balance.close()
        tell("verify", named(line.pump))
        record = _record(arguments, line, steps, folder, base)
        _show(line, steps, record)
        if not arguments.resume:
            _will_be_let_through(line, steps)
        _confirm(arguments, line, steps, record)
        stated = record_of(line, names, base.raw.get("record", {}))
        steps = lay_out(steps, base, folder, stated)
        try:
            weigh_all(line, steps, folder, record, tell)
        except KeyboardInterrupt:
            tell("stopped", "every line that came is written; go on with --resume")
            raise
        return _judge(steps, folder)


def _record(
    arguments: Namespace, line: "Line", steps: "Sequence[Step]", folder: Path, base: "Base"
) -> "Record":
    """Of a new one, or of the one that goes on. BadInput where the pump is not ready."""
    from clepsydra.on_balance import verify_record
    from clepsydra.on_balance.pump_limits import stand_ready
    from clepsydra.on_balance.verdicts import CERTIFICATE
    from clepsydra.on_balance.verifying import go_on

    who = line.pump.identity()
    facts = {
        "serial": who.serial,
        "config_sha256": who.config_sha256,
        "balance": arguments.balance,
        "rates": [step.rate for step in steps],
        "for_s": [step.for_s for step in steps],
        "every_s": [step.every_s for step in steps],
        "setup_sha256": sha256(repr(base.raw).encode()).hexdigest(),
    }
    if arguments.resume:
        record = verify_record.read(folder, facts)
        tell("resume", go_on(line, steps, folder, record))
        return record
    others = [*(step.folder for step in steps), CERTIFICATE]
    record = verify_record.begin(folder, facts, line.pump.program(), others=others)
    stand_ready(line.pump)
    return record


def _will_be_let_through(line: "Line", steps: "Sequence[Step]") -> None:
    """Refused once it is shown, and before anybody types something. BadInput, Refused."""
    from clepsydra.on_balance.pump_limits import Stretch, will_let_through

    flows = [Stretch(step.pl_per_day, step.for_s) for step in steps]
    will_let_through(flows, line.pump, line.pump.status())
    for step in steps:
        line.pump.stage_program(step.section)


def _show(line: "Line", steps: "Sequence[Step]", record: "Record") -> None:
    from bench.shared.say import lasting, within
    from clepsydra.amounts import volume_text
    from clepsydra.on_balance.rate_steps import in_all_s
    from clepsydra.show.program_words import one_line
    from clepsydra.verbs.verb_options import meant_by

    if not record.begun:
        tell("pump", f"STOPPED, its program is {one_line(meant_by(line.pump))}")
    tell("", "it is STOPPED again at the end, with the program that it had")
    for step in steps:
        if step.folder in record.done:
            tell(f"{step.number} of {len(steps)}", f"{step.rate}: weighed already")
            continue
        limit_pct = step.setup.limits.error_pct
        reached = f"{within(step.expected_pct)} can be reached"
        aim = "no limit" if limit_pct is None else f"the limit is {within(limit_pct)}"
        times = f"{lasting(step.for_s)}, {volume_text(step.volume_pl)}, {step.setup.method}"
        tell(f"{step.number} of {len(steps)}", f"{step.rate}: {times}; {reached}, {aim}")
        if limit_pct is not None and step.expected_pct > limit_pct:
            tell("WARNING", "no verdict can come of that: weigh longer, --for, or see bench plan")
    left = [step for step in steps if step.folder not in record.done]
    total_pl = sum(step.volume_pl for step in left)
    virtual = ", in virtual time" if line.simulated else ""
    tell("in all", f"{lasting(in_all_s(left))}{virtual}, {volume_text(total_pl)}")
    tell("WARNING", "what it pumps is real: let the tip end in the vessel on the balance")


def _confirm(arguments: Namespace, line: "Line", steps: "Sequence[Step]", record: "Record") -> None:
    """By typing what a day at the highest rate gives; nothing where all is weighed."""
    from clepsydra.amounts import Dose, Volume
    from clepsydra.verbs.asking import confirm_value

    left = [step for step in steps if step.folder not in record.done]
    if not left:
        return
    highest = max(left, key=lambda step: step.pl_per_day).meant
    dosed = highest.conc_ng_per_ml > 0
    wanted: Any = Dose(highest.daily_ng) if dosed else Volume(highest.daily_pl)
    confirm_value(arguments, wanted, f"the {'dose' if dosed else 'volume'} of a day at most")


def _judge(steps: "Sequence[Step]", folder: Path) -> int:
    from clepsydra.on_balance.verdicts import certify, judged_steps, word_of

    found = judged_steps(steps, folder)
    for step, one in zip(steps, found):
        tell(f"{step.number} of {len(steps)}", _line(step, one))
        for advice in one.results["what_to_change"] or []:
            tell("", f"    {advice}")
    path = certify(found, folder)
    word = word_of(found)
    tell("verdict", word or "none: no limit stated")
    tell("certificate", str(path))
    return VERDICTS[word]


def _line(step: "Step", one: "Judged") -> str:
    from bench.shared.say import estimate, within

    found = one.results
    error = estimate(found["flow_error_pct"], found["expanded_uncertainty_pct"])
    spread = within(found["expanded_uncertainty_pct"])
    reason = f": {found['verdict_reason']}" if found["verdict"] else ""
    return f"{step.rate}: {error} {spread} (95 %), {found['verdict'] or 'no limit'}{reason}"
