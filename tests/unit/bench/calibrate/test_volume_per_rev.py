"""From steps and weighed volumes to a calibration record, and what is refused."""

import numpy as np
import pytest

from bench.__main__ import main
from bench.calibrate import calibration_files
from bench.calibrate.volume_per_rev import Runs, Terms, calibrate
from bench.commands import calibrate as calibrate_command
from bench.shared.errors import BenchError
from host_sim.scenario import load

UL_PER_REV = 10.03


def runs(n=10, scatter=0.004, offset_ul=0.0, fall=0.0, steps=None, rates=None, seed=7):
    rng = np.random.default_rng(seed)
    steps = rng.choice([32_000, 64_000, 128_000], n) if steps is None else np.asarray(steps)
    rates = rng.choice([5.0, 50.0, 200.0], n) if rates is None else rates
    volume = (
        steps / 3200 * UL_PER_REV * (1 + fall * np.log10(rates / 5.0)) * rng.normal(1, scatter, n)
        + offset_ul
    )
    return Runs(steps.astype(float), volume, rates, np.arange(2, n + 2))


def test_a_good_series_gives_the_volume_of_a_revolution():
    found = calibrate(runs(), Terms())
    assert found.faults == () and found.n == 10
    assert found.ul_per_rev == pytest.approx(UL_PER_REV, rel=found.expanded_pct / 100)
    assert found.coverage_factor == pytest.approx(2.262, rel=0.01)  # t of 9 degrees of freedom


def test_the_true_volume_is_inside_the_interval_95_times_in_100():
    series = (calibrate(runs(6, seed=n), Terms(), 10_000) for n in range(300))
    inside = [
        abs(found.ul_per_rev / UL_PER_REV - 1) * 100 <= found.expanded_pct for found in series
    ]
    assert 0.915 <= np.mean(inside) <= 0.985  # 95 % +- 2.8 standard deviations of 300


def test_what_the_weighing_does_to_all_runs_alike_is_not_averaged_out():
    assert calibrate(runs(40), Terms(weighing_pct=1.0)).expanded_pct > 0.97


FAULTS = [
    ("too few runs", runs(4), "4 runs; allowed: 5 or more"),
    ("runs that scatter", runs(scatter=0.04), "the runs scatter by"),
    (
        "something in addition to the steps",
        runs(20, offset_ul=8.0, scatter=0.001),
        "in addition to its steps",
    ),
    ("a tube that does not fill", runs(20, fall=-0.03), "the tube does not fill at speed"),
]


@pytest.mark.parametrize(
    ("series", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_bad_fit_is_refused_and_says_why(series, words):
    faults = calibrate(series, Terms()).faults
    assert any(words in fault for fault in faults) and all(
        "; allowed: " in fault for fault in faults
    )


def test_a_run_that_is_far_off_is_named_by_its_line():
    series = runs()
    series.volume_ul[4] *= 0.9
    assert any(fault.startswith("line 6: ") for fault in calibrate(series, Terms()).faults)


def test_runs_of_one_size_and_one_rate_cannot_tell_an_offset_or_linearity():
    found = calibrate(runs(steps=[64_000] * 10, rates=np.full(10, 50.0)), Terms())
    assert found.offset_ul is None and found.linearity_pct is None and found.faults == ()


def csv_of(series):
    rows = zip(series.steps, series.volume_ul, 60 * series.volume_ul / series.rate_ul_per_min)
    return "steps,volume_ul,duration_s\n" + "".join(
        f"{steps:.0f},{volume:.4f},{lasts:.2f}\n" for steps, volume, lasts in rows
    )


def command(tmp_path, text, *more):
    (tmp_path / "runs.csv").write_text(text)
    given = [
        "calibrate",
        str(tmp_path / "runs.csv"),
        "--tube",
        'silicone "0.5" mm',
        "--temperature",
        "21 degC",
    ]
    return main([*given, "--out", str(tmp_path / "record.toml"), *more])


SCENARIO = """name = "Calibrated"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "1 h"
[reservoir]
capacity = "20 mL"
fill = "10 mL"
[program]
mode = "continuous"
rate = "0.5 mL/d"
"""


def test_the_record_stands_in_a_scenario_as_it_is(tmp_path, capsys):
    assert command(tmp_path, csv_of(runs()), "--date", "2026-05-17") == 0
    assert "record" in capsys.readouterr().out
    (tmp_path / "scenario.toml").write_text(SCENARIO + (tmp_path / "record.toml").read_text())
    loaded = load.load(tmp_path / "scenario.toml")
    assert loaded.config["head"]["pl_per_rev"] == pytest.approx(UL_PER_REV * 1e6, rel=0.01)
    assert (
        loaded.calibration["n"] == 10
        and loaded.calibration["date"] == "2026-05-17"
        and loaded.calibration["tube"] == 'silicone "0.5" mm'
    )
    assert 0 < loaded.calibration["uncertainty"] < 10_000


def test_no_record_is_made_from_a_bad_fit(tmp_path, capsys):
    assert command(tmp_path, csv_of(runs(scatter=0.05))) == 1
    assert "refused" in capsys.readouterr().out and not (tmp_path / "record.toml").exists()


BROKEN = [
    ("empty", "", 1, 1, '"" is not a column'),
    ("no steps", "volume_ul\n1\n1\n1\n", 1, 1, "the column steps is missing"),
    ("a column misspelt", "step,volume_ul\n1,1\n", 1, 1, 'did you mean "steps"?'),
    ("a column twice", "steps,steps,volume_ul\n1,1,1\n", 1, 7, "there twice"),
    ("half a step", "steps,volume_ul\n1.5,1\n2,2\n3,3\n", 2, 1, "a whole number from 1 on"),
    ("a negative volume", "steps,volume_ul\n1,1\n2,-2\n3,3\n", 3, 3, "a number above 0"),
    ("a word", "steps,volume_ul\n1,1\n2,ten\n3,3\n", 3, 3, "a number above 0"),
    ("a cell too few", "steps,volume_ul\n1,1\n2\n3,3\n", 3, 1, "has 1 cells"),
    ("two runs", "steps,volume_ul\n1,1\n2,2\n", 4, 1, "ends after 2 runs"),
    ("not UTF-8", b"steps,volume_ul\n\xff", 2, 1, "is not UTF-8"),
]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_a_broken_table_of_runs_is_refused_with_file_line_and_column(
    tmp_path, text, line, column, words
):
    path = tmp_path / "runs.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BenchError) as caught:
        calibration_files.load_runs(path)
    assert (
        caught.value.problems[0].startswith(f"{path}:{line}:{column}: ")
        and words in caught.value.problems[0]
    )


def test_a_table_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BenchError, match="cannot be read"):
        calibration_files.load_runs(tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--temperature", "21"], "--temperature"),
        (["--tube", " "], "--tube"),
        (["--date", "yesterday"], "--date"),
        (["--steps-per-rev", "0"], "--steps-per-rev"),
        (["--max-residual", "2"], "--max-residual"),
    ],
)
def test_an_option_that_cannot_be_read_is_refused_and_nothing_is_written(
    tmp_path, capsys, more, words
):
    assert command(tmp_path, csv_of(runs()), *more) == 2
    assert (
        f"bench: {words}: " in capsys.readouterr().err and not (tmp_path / "record.toml").exists()
    )


def test_runs_without_lengths_say_that_linearity_is_not_told():
    series = runs()
    found = calibrate(Runs(series.steps, series.volume_ul, None, series.lines), Terms())
    assert (
        "linearity",
        "not known: the runs have one rate, or no duration_s",
    ) in calibrate_command.lines(found)


def test_runs_without_any_scatter_have_no_coverage_factor_and_say_none(tmp_path, capsys):
    steps = np.array([32_000, 64_000] * 5)
    assert (
        command(
            tmp_path, csv_of(Runs(steps, steps / 3200 * 10.0, np.full(10, 5.0), np.arange(2, 12)))
        )
        == 0
    )
    assert "nan" not in capsys.readouterr().out + (tmp_path / "record.toml").read_text()


def in_order(values, rates=None):
    n = len(values)
    return Runs(np.full(n, 32_000.0), np.asarray(values, dtype=float), rates, np.arange(2, n + 2))


def test_runs_that_fall_one_after_another_are_refused():
    falling = in_order(np.linspace(101.5, 98.45, 10) + 0.03 * (-1.0) ** np.arange(10))
    found = calibrate(falling, Terms())
    assert any("from the first run to the last" in fault for fault in found.faults)
    assert found.shape.effective_n < 4
    mixed = in_order(falling.volume_ul[[0, 5, 2, 9, 4, 7, 1, 8, 3, 6]])
    assert calibrate(mixed, Terms()).faults == ()


def humped():
    rates = np.repeat([1.0, 3.2, 10.0, 32.0, 100.0], 3)
    means = np.repeat([97.9, 101.0, 102.2, 101.0, 97.9], 3)
    order = np.random.default_rng(3).permutation(15)
    return in_order((means + 0.03 * np.random.default_rng(2).normal(size=15))[order], rates[order])


def test_a_volume_that_rises_and_falls_with_the_rate_is_refused():
    found = calibrate(humped(), Terms())
    assert any("4.3" in fault and "at 10.0 uL/min" in fault for fault in found.faults)
    assert abs(found.linearity_pct[0]) < 0.5


def test_runs_that_differ_from_rate_to_rate_are_worth_as_many_as_there_are_rates():
    found = calibrate(humped(), Terms(linearity_pct=10))
    assert found.shape.effective_n == pytest.approx(5, abs=1)
    assert found.expanded_pct > 2
    assert calibrate(runs(), Terms()).shape.effective_n == pytest.approx(10, abs=2.5)


def test_masses_are_turned_into_volumes_by_the_setup(tmp_path, capsys):
    from tests.rigs.weighing import Z_20, raw_setup, toml

    (tmp_path / "setup.toml").write_text(toml(raw_setup(set_rate="10 uL/min")))
    rng = np.random.default_rng(4)
    volume = 10 * UL_PER_REV * rng.normal(1, 0.002, 10)
    rows = [f"32000,{v / Z_20 - 0.3 * 10:.4f},600" for v in volume]
    text = "\n".join(["steps,mass_mg,duration_s", *rows]) + "\n"
    given = ["--setup", str(tmp_path / "setup.toml"), "--temperature", "20 degC"]
    assert command(tmp_path, text, *given) == 0
    found = calibration_files.load_runs(tmp_path / "runs.csv", tmp_path / "setup.toml")
    assert found.volume_ul == pytest.approx(volume, rel=1e-4)
    assert 0.5 < found.weighing_pct < 2  # 0.09 mg/min of 10 mg/min, and two readings
    capsys.readouterr()
    assert command(tmp_path, text) == 2
    assert "with --setup SETUP.toml" in capsys.readouterr().err


def test_results_of_analyses_are_taken_as_they_are(tmp_path):
    import json

    for n, error in enumerate((0.1, -0.2, 0.3, 0.0, 0.1)):
        results = {
            "method": "volumetric", "weighed_s": 600.0, "flow_error_pct": error,
            "mean_flow_ul_per_min": 10.03 * (1 + error / 100), "expanded_uncertainty_pct": 0.4,
        }  # fmt: skip
        (tmp_path / f"{n}.json").write_text(json.dumps(results))
    (tmp_path / "runs.csv").write_text(
        "steps,results\n" + "".join(f"32000,{n}.json\n" for n in range(5))
    )
    found = calibration_files.load_runs(tmp_path / "runs.csv")
    assert found.volume_ul[0] == pytest.approx(100.3 * 1.001)
    assert found.rate_ul_per_min[0] == pytest.approx(10.03 * 1.001)
    assert found.weighing_pct == pytest.approx(0.4, rel=0.01)
    (tmp_path / "3.json").write_text("{}")
    with pytest.raises(BenchError, match="is no results"):
        calibration_files.load_runs(tmp_path / "runs.csv")
