"""Takes one mend back at a time, and shows that the test made for it fails (CPython only).

    python -m tests.mutation.kinds        # what `make mutate-kinds` does

The mends are those of mistakes that strangers found and that no random therapy shows; those that
one does show are in tests/campaign/mutants.py. Exit status 1 where a mend is missed by its test.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from tests.campaign.mutants import Mutant, mutated
from tests.rigs.patience import HANGS_S

ROOT = Path(__file__).parents[2]
LEFT_OUT = (".git", ".venv", "build", "node_modules", "__pycache__", ".*_cache", ".hypothesis")
PASSED, FAILED = 0, 1  # of pytest

# says: what goes wrong without the mend; path: the module; old: a text that stands there once;
# new: in its place; test: that fails then
Kind = namedtuple("Kind", "says path old new test")

KINDS = (
    Kind(
        "the order of two alarms is that of the interpreter",
        "firmware/alarms/alarm_conditions.py",
        "for code in alarm.CODES:",
        "for code in reversed(alarm.CODES):",
        "tests/story/test_signals.py::"
        "test_alarms_of_one_pass_are_reported_in_the_order_of_their_numbers",
    ),
    Kind(
        "a driver whose charge pump is low is taken as sound",
        "hal/tmc2209.py",
        "state & (_DRIVER_ERROR | _CHARGE_PUMP_LOW)",
        "state & _DRIVER_ERROR",
        "tests/unit/hal/test_board_parts.py::"
        "test_a_driver_chip_that_is_off_is_off_at_each_start_until_its_voltage_is_back",
    ),
    Kind(
        "a store that cannot be read ends in an error",
        "firmware/config.py",
        "except (HalError, ConfigError, ValueError,",
        "except (ConfigError, ValueError,",
        "tests/story/test_boot.py::"
        "test_a_store_that_fails_three_reads_is_a_fault_that_says_why_and_answers",
    ),
    Kind(
        "a rate beyond the board is taken",
        "firmware/limit_checks.py",
        "if step_hz > board_limits[name]:",
        "if False:",
        "tests/unit/firmware/test_config.py",
    ),
    Kind(
        "the monitor asks the one that it guards",
        "firmware/guard/volumes.py",
        "self._base_steps + left_steps + self._allowed_steps",
        "1 << 60",
        "tests/unit/firmware/guard/test_volumes.py",
    ),
    Kind(  # on the safe side, and within a reservation: no cut can tell it
        "a checkpoint counts the dose that is still queued",
        "firmware/books/books.py",
        "return self.windows.snapshot(now_ms, self.queued_ng())",
        "return self.windows.snapshot(now_ms, 0)",
        "tests/unit/firmware/books/test_books.py::"
        "test_a_checkpoint_at_a_reservation_holds_the_dose_of_what_has_left_and_no_more",
    ),
    Kind(
        "a bolus of less than a step is complete with none",
        "firmware/link/commands.py",
        "if not bolus.steps_by(bolus.end_ms, epoch):",
        "if False:",
        "tests/story/test_bolus.py::"
        "test_a_bolus_of_less_than_a_step_is_refused_and_holds_up_nothing",
    ),
    Kind(
        "a button that sticks is silence",
        "firmware/alarms/button.py",
        "elif now_ms - self._down_ms >= STUCK_MS:",
        "elif False:",
        "tests/story/test_button.py",
    ),
    Kind(
        "a press while something sounds is a dose",
        "firmware/therapy_changes.py",
        "elif alarms.signalled_lately(now_ms):",
        "elif False:",
        "tests/story/test_button.py",
    ),
    Kind(
        "a patient's bolus lowers the basal hours later",
        "firmware/therapy_changes.py",
        "        if lowering is not None:\n",
        "        if False:\n",
        "tests/story/test_patient_bolus.py",
    ),
    Kind(
        "a line of a balance that may have lost characters is a mass",
        "bench/balances/sbi.py",
        'doubtful = len(text) == BODY_WIDTH and sign == " "',
        "doubtful = False",
        "tests/balances/test_contract.py::"
        "test_an_sbi_line_that_could_be_either_is_no_mass_until_the_next_has_its_form",
    ),
    Kind(
        "the whole schedule lies in the heap",
        "host_sim/machine/schedule.py",
        "            self.agenda.add_first(at_ms, self._do_timed, (what, argument))\n"
        "            return\n",
        "            self.agenda.add_first(at_ms, self._do_timed, (what, argument))\n",
        "tests/scenario/test_many_events.py",
    ),
    Kind(
        "the forecast goes by the rate of the moment",
        "firmware/therapy/forecast.py",
        "        boluses = self._reservoir.boluses.pl_per_day(now_ms, allowed_pl)\n",
        "        boluses = allowed_pl\n",
        "tests/story/test_low_reservoir.py",
    ),
)


def fails(kind, root=ROOT):
    """Whether the test fails in a copy of the project without the mend, and passes in one with it.

    A copy, since a test may read the source itself, or run it on another interpreter.
    """
    mend = Mutant(kind.says, kind.path, None, ((kind.old, kind.new),))
    without = mutated(mend, (root / kind.path).read_text(encoding="utf-8"))
    statuses = []
    for source in (None, without):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "project"
            shutil.copytree(root, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
            if source is not None:
                (copy / kind.path).write_text(source, encoding="utf-8")
            command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
            done = subprocess.run(
                [*command, kind.test], cwd=copy, capture_output=True, text=True, timeout=HANGS_S
            )
            statuses.append(done.returncode)
    return statuses == [PASSED, FAILED]


def main(root=ROOT, kinds=KINDS):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(tqdm(pool.map(lambda kind: fails(kind, root), kinds), total=len(kinds)))
    for kind, noticed in zip(kinds, found):
        print(f"{kind.says}: {'noticed' if noticed else 'MISSED'} by {kind.test}")
    return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
