"""A sample of the trials in a world of its own; `make bench-world` and `make bench-verdicts` make
the long ones.
"""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.bench_world import false_passes, physics, trial
from tests.bench_world.classes import CLASSES
from tests.bench_world.world import chance

RUNS = 8


@pytest.mark.parametrize(
    ("celsius", "published"), [(4, 0.999972), (15, 0.999099), (20, 0.998203), (25, 0.997044)]
)
def test_water_is_that_of_kells_table(celsius, published):
    assert physics.kell_g_per_cm3(celsius) == pytest.approx(published, abs=2e-6)


def test_air_is_that_of_the_cipm():
    # Standard air of the CIPM-2007 paper's ratio to its 1981/91 form, and 1.2 kg/m3 to four digits
    assert physics.cipm_g_per_cm3(20, 1013.25, 50) == pytest.approx(1.1993e-3, rel=2e-4)
    assert physics.cipm_g_per_cm3(25, 1013.25, 50) == pytest.approx(1.1769e-3, rel=4e-4)


def test_the_world_shares_no_module_with_the_bench():
    for name in ("physics.py", "world.py", "classes.py"):
        tree = ast.parse((Path(trial.__file__).with_name(name)).read_text(encoding="utf-8"))
        named = [
            getattr(node, "module", None) or alias.name
            for node in ast.walk(tree)
            if isinstance(node, (ast.Import, ast.ImportFrom))
            for alias in node.names
        ]
        assert not any(module.startswith(("bench.", "firmware", "host_sim")) for module in named)


def test_a_run_hangs_on_the_name_of_its_class_and_its_number_alone():
    first, again, other = (chance(name, 3).random() for name in ("drops", "drops", "saline"))
    assert first == again != other


@pytest.mark.slow
@pytest.mark.parametrize("name", CLASSES)
def test_the_interval_holds_the_truth_in_a_sample_of_each_class(name):
    outcomes = [trial.one(name, run) for run in range(RUNS)]
    assert sum(each.covered for each in outcomes) >= RUNS - 2
    assert not any(each.wrong for each in outcomes)
    assert np.median([each.expanded_pct / each.informed_pct for each in outcomes]) < 3


@pytest.mark.slow
def test_no_pass_is_contradicted_by_what_the_pump_did_in_a_sample():
    words = [false_passes.contradictions(run) for run in range(40)]
    assert not [against for word, against in words if word == "pass" and against]
    assert any(word == "pass" for word, _ in words) and any(word == "fail" for word, _ in words)


def test_an_interval_that_claims_too_much_is_seen_by_the_trial():
    good = [trial.one("plain", run) for run in range(4)]
    bold = [replace(each, expanded_pct=each.expanded_pct / 50) for each in good]
    assert trial.summary("plain", bold).faults
