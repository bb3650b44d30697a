"""The whole bench without hardware, in virtual time: its findings against the truth.

First as `python -m bench rehearse`. Then with a pump on the line: a simulated one that gives 3 %
more than it believes is verified, and fails; it is calibrated, where a wrongly typed confirmation
changes nothing; and it is verified again, and passes.

Exit status: 0 no more than chance allows; 1 anything else.
"""

import json
import shutil
from argparse import ArgumentParser, Namespace
from pathlib import Path
from types import ModuleType

from bench.commands import rehearse as without_line
from clepsydra.bench_verbs import calibrate_head, verify_rates
from clepsydra.bench_verbs.line_options import answered, tell
from host_sim.shared import ending

HELP = without_line.HELP + "; then a pump on the line"
SCENARIO = Path(__file__).parents[1] / "on_balance" / "bench_rehearsal.toml"
TRUE_UL, BELIEVED_UL = 10.3, 10.0
RATES, A_DAY = "12 mL/d, 24 mL/d, 12 mL/d", "24 mL"
FAR_OFF = 2.5  # times the stated uncertainty: for a normal error once in a million
SETUP = """name = "A pump on the line"
method = "volumetric"
[balance]
readability = "0.01 mg"
repeatability = "0.015 mg"
linearity = "0.05 mg"
drift = "0.02 mg/h"
[environment]
water = "20 degC"
air = "20 degC"
pressure = "1013 hPa"
humidity = "50 %"
[evaporation]
rate = "0.02 mg/min"
uncertainty = "30 %"
[immersion]
tube_outer_diameter = "0.8 mm"
vessel_inner_diameter = "30 mm"
[sampling]
stabilisation = "10 min"
period = "20 min"
[limits]
flow_error = "2 %"
"""


def add_arguments(parser: ArgumentParser) -> None:
    without_line.add_arguments(parser)


def run(arguments: Namespace) -> int:
    """Rehearse both; return the exit status."""
    status = without_line.run(arguments)
    print("\nwith a pump on the line, which gives 3 % more than it believes")
    return max(status, answered(lambda: on_the_line(Path(arguments.out) / "pump", arguments.seed)))


def on_the_line(folder: Path, seed: int) -> int:
    """Verify, calibrate, verify; return the exit status. Removes what was in the folder."""
    from host_sim.live import running

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    setup = folder / "setup.toml"
    setup.write_text(SETUP, encoding="utf-8")
    for run_before in running.running():
        if run_before.name == SCENARIO.stem:
            running.ask(run_before, {"do": "end"})
    line = ["--pump", f"sim:{SCENARIO}", "--balance", "sim", "--setup", str(setup)]
    line += ["--seed", str(seed)]
    try:
        faults = _rehearsed(line, folder)
    finally:
        running.ask(running.the_one(SCENARIO.stem), {"do": "end"})
    for fault in faults:
        print(f"NOT BY CHANCE: {fault}")
    tell("rehearsed", "failed, calibrated, passed" if not faults else "not as it should be")
    return ending.FAILED if faults else ending.DONE


def _rehearsed(line: list[str], folder: Path) -> list[str]:
    """What is not as it should be, as sentences."""
    before, head, after = folder / "before", folder / "head", folder / "after"
    faults = _verified(line, before, ending.FAILED, TRUE_UL / BELIEVED_UL)
    turned = ["--tube", "simulated", "--temperature", "20 degC", "--out", str(head)]
    turned += ["--confirm", "1.7 mL", "--confirm-volume"]
    wrong = _done(calibrate_head, [*line, *turned, "1 uL"])
    if wrong != ending.BAD_INPUT:
        faults.append(f"a wrong confirmation ended with status {wrong}")
    found_ul = _found_ul(head / calibrate_head.RECORD)
    stored = _done(calibrate_head, [*line, *turned, f"{found_ul} uL", "--resume"])
    if stored != ending.DONE:
        faults.append(f"the calibration ended with status {stored}")
    return faults + _verified(line, after, ending.DONE, TRUE_UL / found_ul)


def _verified(line: list[str], folder: Path, wanted: int, true: float) -> list[str]:
    """true: what the pump delivers for what it is set to."""
    argv = [*line, "--rates", RATES, "--for", "1 h", "--out", str(folder), "--confirm", A_DAY]
    status = _done(verify_rates, argv)
    faults = [] if status == wanted else [f"{folder}: status {status} in place of {wanted}"]
    for path in sorted(folder.glob("*/analysis/results.json")):
        results = json.loads(path.read_text(encoding="utf-8"))
        true_pct, found_pct = 100 * (true - 1), results["flow_error_pct"]
        expanded_pct = results["expanded_uncertainty_pct"]
        inside = abs(found_pct - true_pct) <= expanded_pct
        said = f"true {true_pct:+.3f} %, found {found_pct:+.3f} % \u00b1{expanded_pct:.2g} %"
        tell("truth", f"{said}: {'inside' if inside else 'outside'}")
        if abs(found_pct - true_pct) > FAR_OFF * expanded_pct:
            faults.append(f"{path}: off by more than {FAR_OFF:g} times its uncertainty")
    return faults


def _done(module: ModuleType, argv: list[str]) -> int:
    parser = ending.Parser(prog="rehearse")
    module.add_arguments(parser)
    return int(module.run(parser.parse_args(argv)))


def _found_ul(record: Path) -> float:
    """To the digits that are typed."""
    line = next(one for one in record.read_text().splitlines() if "volume_per_rev" in one)
    return float(f"{float(line.split()[2].strip(chr(34))):.6g}")
