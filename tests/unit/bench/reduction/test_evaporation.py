"""Evaporation from the blanks before and after a run, and what blanks do to the interval."""

import numpy as np
import pytest

from bench.analyse import flow, results
from bench.inputs import setup
from bench.shared.errors import BenchError
from tests.rigs.weighing import csv_text, made_log, raw_setup, steady, times

SLOW = 500 / 1440  # 0.5 mL/d in uL/min
FAST = 25000 / 60  # 25 mL/h


def analysed(log, setup):
    found = flow.analyse(log, setup, 20_000)
    return found, results.summarise(found)


def blanks(tmp_path, before, after, noise_mg=0.1):
    for name, lost, seed in (("before.csv", before, 5), ("after.csv", after, 6)):
        time_s = times(3600, 5)
        mass = -lost / 60 * time_s + np.random.default_rng(seed).normal(0, noise_mg, len(time_s))
        (tmp_path / name).write_text(csv_text(time_s, np.round(mass / 0.1) * 0.1))
    return {
        "blank_before": str(tmp_path / "before.csv"),
        "blank_after": str(tmp_path / "after.csv"),
    }


def blank_setup(tmp_path, before, after):
    raw = raw_setup(set_rate="0.5 mL/d", method="ambulatory")
    raw["evaporation"] = blanks(tmp_path, before, after)
    return setup.read(raw)


def test_evaporation_comes_from_the_blanks_before_and_after(tmp_path):
    time_s = times(49 * 3600, 10)
    log = made_log(time_s, steady(time_s, SLOW, 0.02), noise_mg=0.1, readability_mg=0.1)
    found, told = analysed(log, blank_setup(tmp_path, 0.022, 0.018))
    assert told["evaporation_ug_per_min"] == pytest.approx(20, abs=1)
    assert abs(found.result.value) < found.result.expanded < 1.5
    names = {row["name"] for row in told["budget"]}
    assert {
        "evaporation, 1/2 of blank before",
        "evaporation, 1/2 of blank after",
        "evaporation, change between the blanks",
    } <= names


def test_blanks_that_differ_widen_the_interval(tmp_path):
    time_s = times(49 * 3600, 10)
    log = made_log(time_s, steady(time_s, SLOW, 0.02), noise_mg=0.1, readability_mg=0.1)
    near, _ = analysed(log, blank_setup(tmp_path, 0.020, 0.020))
    apart, _ = analysed(log, blank_setup(tmp_path, 0.060, 0.004))
    assert apart.result.expanded > 5 * near.result.expanded


def test_a_blank_too_short_to_tell_is_refused(tmp_path):
    stated, time_s = blank_setup(tmp_path, 0.02, 0.02), times(7200, 5)
    (tmp_path / "after.csv").write_text(csv_text([0, 5, 10, 15], [0, 0, 0, 0]))
    with pytest.raises(
        BenchError,
        match=r"after.csv:2:1: has 4 readings over 15 s .*; allowed: .*; weigh the blank for",
    ):
        analysed(made_log(time_s, steady(time_s, FAST)), stated)
