"""What stands beside the runs of a calibration: whose they are, and the setup of their masses.
CPython only.
"""

from pathlib import Path

from bench.commands.calibrate import RECORD
from bench.inputs.setup_text import moved, setup_text
from clepsydra.on_balance import verify_record
from clepsydra.on_balance.calibration_runs import RUNS
from clepsydra.on_balance.rate_steps import ANY_RATE, Base
from clepsydra.on_balance.verify_record import Record
from clepsydra.on_balance.weighing_line import Line

SETUP = "runs_setup.toml"  # not setup.toml, which may be that of whoever calibrates


def of(line: Line, folder: Path, tube: str, steps_per_rev: int, resume: bool) -> Record:
    """Of a new calibration, or of the one that goes on: its runs are of one pump and one tube.
    BadInput.
    """
    facts = {"serial": line.serial, "steps_per_rev": steps_per_rev, "tube": tube}
    name = verify_record.CALIBRATE
    if resume:
        return verify_record.read(folder, facts, name)
    return verify_record.begin(folder, facts, line.pump.program(), name, others=(RUNS, RECORD))


def setup_beside(folder: Path, base: Base) -> Path:
    """The setup of the masses, with what every setup needs and no weighing at rest looks at."""
    filled = {"set_rate": ANY_RATE, "method": "volumetric", **base.raw}
    path = folder / SETUP
    text = setup_text(moved(filled, base.path.parent, folder))
    path.write_text(text, encoding="utf-8")
    return path
