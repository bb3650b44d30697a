"""The delivery file: written by the simulator as often as asked, read by the bench, and refused
with file, line and remedy.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rehearse import delivery_file
from bench.shared.errors import BenchError
from host_sim import __main__ as cli
from host_sim.run.reading import read_record

QUICK = ["--on", "cpython", "--duration", "2 h", "--no-report"]


def simulated(out, *options):
    assert cli.main(["run", "flex_week", *QUICK, "--out", str(out), *options]) == 5
    return out


def test_the_simulator_writes_the_volume_at_the_outlet_as_often_as_asked(tmp_path):
    out = simulated(tmp_path, "--delivery", "10 s")
    read = delivery_file.read(out / "delivery.csv")
    assert list(read.times_s) == [10.0 * n for n in range(721)]
    assert np.all(np.diff(read.outlet_ul) >= 0)
    record = read_record(out)
    assert read.outlet_ul[-1] == record.trace[-1].outlet_pl / 1e6 == record.child.plant_pl / 1e6
    for row in record.trace:
        assert read.volume_ul(row.time_ms / 1000) == pytest.approx(
            row.outlet_pl / 1e6, abs=0.003
        )  # a step is 3.2 nL


def test_a_run_that_does_not_end_on_the_beat_has_its_end_all_the_same(tmp_path):
    read = delivery_file.read(simulated(tmp_path, "--delivery", "7 min") / "delivery.csv")
    assert list(read.times_s[-2:]) == [7140.0, 7200.0]


def test_both_interpreters_deliver_the_same(tmp_path):
    for name in ("cpython", "micropython"):
        command = [
            "run",
            "flex_week",
            "--duration",
            "2 h",
            "--no-report",
            "--delivery",
            "1 s",
            "--on",
            name,
            "--out",
            str(tmp_path / name),
        ]
        assert cli.main(command) == 5
    assert (tmp_path / "cpython" / "delivery.csv").read_bytes() == (
        tmp_path / "micropython" / "delivery.csv"
    ).read_bytes()


def test_asking_for_it_changes_nothing_of_what_the_pump_did(tmp_path):
    with_it, without = simulated(tmp_path / "a", "--delivery", "1 s"), simulated(tmp_path / "b")
    for name in ("events.csv", "status.json"):
        assert (with_it / name).read_bytes() == (without / name).read_bytes()
    assert not (without / "delivery.csv").exists()


def test_what_an_earlier_run_delivered_does_not_pass_for_this_ones(tmp_path):
    simulated(tmp_path, "--delivery", "1 min")
    assert not (simulated(tmp_path) / "delivery.csv").exists()


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        ("0 s", "is no span between rows"),
        ("10", "has no unit"),
        ("1 mL", "is a volume, not a duration"),
    ],
)
def test_a_span_that_cannot_be_is_refused(raw, fault, tmp_path, capsys):
    assert cli.main(["run", "flex_week", "--delivery", raw, "--out", str(tmp_path / "out")]) == 2
    assert f'--delivery: "{raw}" {fault}; allowed: ' in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the header is '', not 'time_s,outlet_pl'"),
        ("time_s,mass_g\n0,0\n1,1\n", "line 1: the header is 'time_s,mass_g'"),
        ("time_s,outlet_pl\n0,0\n", "has 1 rows, and a flow needs two"),
        (
            "time_s,outlet_pl\n0,0\n1,x\n",
            "line 3: '1,x' is not a time in s and a volume in pL; correct the line",
        ),
        ("time_s,outlet_pl\n0,0\n1\n", "line 3: '1' is not a time in s"),
        ("time_s,outlet_pl\n0,0\n1,nan\n", "line 3: '1,nan' is not finite"),
        (
            "time_s,outlet_pl\n0,0\n5,1\n5,2\n",
            "line 4: time_s 5.0 is not after 5.0; the times must rise",
        ),
        ("time_s,outlet_pl\n0,\u00b5\n", "is not plain text"),
    ],
)
def test_a_broken_file_is_refused_with_line_and_remedy(text, message, tmp_path):
    path = tmp_path / "delivery.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BenchError) as error:
        delivery_file.read(path)
    assert str(error.value).startswith(str(path)) and message in str(error.value)


def test_a_file_that_is_not_there_is_said_how_to_come_by(tmp_path):
    with pytest.raises(
        BenchError, match=r"cannot be read: No such file.*host_sim run SCENARIO --delivery"
    ):
        delivery_file.read(tmp_path / "none.csv")


@given(st.floats(0.01, 1e4), st.floats(10, 1e5))
def test_even_flow_is_even_and_nothing_flows_before_or_after(ul_per_min, for_s):
    made = delivery_file.even(ul_per_min, for_s)
    assert made.between_ul(0, for_s) == pytest.approx(ul_per_min / 60 * for_s)
    assert made.between_ul(0.25 * for_s, 0.5 * for_s) == pytest.approx(
        ul_per_min / 60 * 0.25 * for_s
    )
    assert made.between_ul(-10, 0) == made.between_ul(for_s, for_s + 10) == 0


def test_a_rippling_flow_has_the_same_mean_over_whole_turns():
    made = delivery_file.even(10, 600, period_s=60, ripple=0.5)
    assert made.between_ul(60, 540) == pytest.approx(80)
    assert made.between_ul(0, 30) == pytest.approx(
        5 + 10 / 60 * 0.5 / (2 * np.pi / 60) * 2, rel=1e-3
    )


def test_what_is_written_is_read_back(tmp_path):
    made = delivery_file.even(10, 600, period_s=60, ripple=0.5)
    delivery_file.write(made, tmp_path / "delivery.csv")
    read = delivery_file.read(tmp_path / "delivery.csv")
    assert read.times_s == pytest.approx(made.times_s, abs=0.0005)
    assert read.outlet_ul == pytest.approx(made.outlet_ul, abs=1e-6)
