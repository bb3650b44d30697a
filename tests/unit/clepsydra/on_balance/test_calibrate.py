"""`clepsydra bench calibrate --pump`: turned, weighed, fitted, shown beside the old, stored."""

import pytest

from clepsydra.errors import BadInput
from clepsydra.on_balance.calibration_plan import AskedRuns, plan_of
from clepsydra.on_balance.calibration_runs import RUNS, done_runs
from clepsydra.on_balance.new_head import plausible
from clepsydra.on_balance.rate_steps import read_base
from tests.rigs.driven_pump import FLEX_WEEK
from tests.rigs.weighed_pump import WeighedPump, pressed_at_each, with_wire

FORMER = {"mode": "continuous", "rate_pl_per_day": 500_000_000}
FEW = ("--count", "5", "--turns", "4", "--prime", "40 uL", "--confirm", "0.32 mL")
VERIFY = ("--rates", "24 mL/d", "--for", "20 min", "--every", "10 s", "--confirm", "24 mL")


@pytest.fixture
def off(tmp_path, monkeypatch):
    """It gives 3 % more than it believes."""
    with WeighedPump(tmp_path, monkeypatch, true_ul=10.3) as weighed:
        yield weighed


def head(weighed):
    return weighed.driven.pump().config["head"]["pl_per_rev"]


def record_ul(weighed):
    text = (weighed.folder / "head" / "calibration.toml").read_text()
    return text.split('volume_per_rev = "')[1].split()[0]


def runs_of(weighed):
    return (weighed.folder / "head" / RUNS).read_text().splitlines()[1:]


class Reader:
    """Somebody who reads the balance, and types what stands on the pan."""

    def __init__(self, weighed, wrong=()):
        self._weighed = weighed
        self._wrong = list(wrong)

    def readline(self):
        if self._wrong:
            return self._wrong.pop(0)
        outlet_pl = self._weighed.driven.live.world["outlet_pl"]
        return f"{20 + outlet_pl / 1e9 / 1.0029:.5f} g\n"


def test_a_pump_that_is_3_percent_off_fails_is_calibrated_and_passes(off, capsys):
    assert off.verify(*VERIFY) == 1
    assert off.calibrate(*FEW, "--confirm-volume", "10 uL") == 2
    err = capsys.readouterr().err
    assert 'and "10 uL" was typed: nothing was sent' in err and head(off) == 10_000_000
    found_ul = f"{float(record_ul(off)):.6g}"
    assert float(found_ul) == pytest.approx(10.3, rel=0.003)
    record = (off.folder / "head" / "calibration.toml").read_text()
    assert "serial number sim-1" in record and "REHEARSAL" in record and "0.00 %" not in record
    before = off.asked.count("start")
    assert off.calibrate(*FEW, "--resume", typed=f"{found_ul}\n") == 0
    out = capsys.readouterr().out
    assert f"10 uL             {found_ul} uL" in out and "+3" in out
    assert off.asked.count("start") == before  # what was weighed is not weighed again
    pump = off.driven.pump()
    assert head(off) == round(float(found_ul) * 1e6)
    assert pump.status().state == "STOPPED" and pump.program() == FORMER
    assert off.verify(*VERIFY, out="again") == 0


def test_each_run_has_the_steps_that_the_pump_counted_and_the_mass_that_came(off):
    assert off.calibrate(*FEW) == 2  # nobody answers at the end
    rows = [[float(cell) for cell in row.split(",")] for row in runs_of(off)]
    assert len(rows) == 5
    for steps, mass_mg, lasts_s, between_s in rows:
        assert mass_mg * 1.0029 == pytest.approx(steps / 3200 * 10.3, rel=0.01)
        assert 12_800 <= steps < 27_000 and between_s > lasts_s + 15
    assert {round(steps / 12_800) for steps, *_ in rows} == {1, 2}


def test_another_temperature_than_that_of_the_setup_is_refused(off, capsys):
    assert off.calibrate(*FEW, "--temperature", "21 degC") == 2
    err = capsys.readouterr().err
    assert "--temperature" in err and "20 \u00b10.5 degC" in err and off.asked == []


def test_where_no_balance_is_on_the_line_a_person_types_the_masses(off, capsys):
    typed = Reader(off, wrong=["20.1\n", "heavy\n"])
    assert off.calibrate(*FEW, balance=None, typed=typed) == 2
    out = capsys.readouterr().out
    assert "Type what the balance shows before the run" in out and "20.1" in out
    assert float(record_ul(off)) == pytest.approx(10.3, rel=0.005)


def test_a_run_that_is_far_off_is_refused_and_the_pump_keeps_its_head(weighed, capsys):
    assert weighed.calibrate(*FEW) in (0, 2)
    path = weighed.folder / "head" / RUNS
    lines = path.read_text().splitlines()
    cells = lines[3].split(",")
    cells[1] = str(float(cells[1]) * 0.8)
    lines[3] = ",".join(cells)
    path.write_text("\n".join(lines) + "\n")
    (weighed.folder / "head" / "calibration.toml").unlink(missing_ok=True)
    capsys.readouterr()
    assert weighed.calibrate(*FEW, "--resume") == 1
    out = capsys.readouterr().out
    assert "refused" in out and "line 4" in out and "it had" in out
    assert head(weighed) == 10_000_000
    assert not (weighed.folder / "head" / "calibration.toml").exists()


def test_a_stop_in_the_middle_keeps_the_runs_and_a_row_that_was_cut_off_is_weighed_again(
    off, capsys
):
    off.at(800, off.press_ctrl_c)
    assert off.calibrate(*FEW) == 130
    pump = off.driven.pump()
    assert pump.status().state == "STOPPED" and pump.program() == FORMER
    kept = len(runs_of(off))
    assert 1 <= kept < 5
    assert off.calibrate(*FEW) == 2  # there are runs in the folder already
    path = off.folder / "head" / RUNS
    path.write_text(path.read_text() + "25600,8")
    assert off.calibrate(*FEW[:-1], "no", "--resume") == 2
    total = capsys.readouterr().err.split("the volume of all of it is ")[1].split(",")[0]
    assert off.calibrate(*FEW[:-1], total, "--resume") == 2
    assert len(runs_of(off)) == 5


def test_the_volume_of_all_runs_is_typed_before_the_head_turns(off, capsys):
    for wrong in ("0.32 uL", "y"):
        assert off.calibrate(*FEW[:-1], wrong) == 2
        assert "nothing was sent" in capsys.readouterr().err
    assert off.asked == []


def test_a_pump_with_a_drug_is_confirmed_by_its_dose(tmp_path, monkeypatch, capsys):
    with WeighedPump(tmp_path, monkeypatch, scenario=FLEX_WEEK) as weighed:
        argv = ("--count", "5", "--turns", "1", "--prime", "0 mL", "--rates", "1 mL/d")
        assert weighed.calibrate(*argv, "--confirm", "0.07 mL") == 2
        assert "the dose of all of it" in capsys.readouterr().err and weighed.asked == []


def test_a_syringe_is_measured_not_weighed(tmp_path, monkeypatch, capsys):
    with WeighedPump(
        tmp_path, monkeypatch, scenario=FLEX_WEEK.with_name("syringe_day.toml")
    ) as weighed:
        assert weighed.calibrate(*FEW) == 2
        assert "follows from diameter and pitch" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--count", "3"), "--count"),
        (("--turns", "0"), "--turns"),
        (("--prime", "much"), "--prime"),
        (("--rates", "99 mL/d"), "99 mL/d"),
        (("--max-residual", "2"), "--max-residual"),
    ],
)
def test_what_is_typed_wrongly_is_named_and_the_head_does_not_turn(weighed, capsys, argv, words):
    assert weighed.calibrate(*argv) == 2
    assert words in capsys.readouterr().err and weighed.asked == []


def test_without_a_pump_and_without_runs_there_is_nothing_to_fit(weighed, capsys):
    assert weighed.bench("calibrate", "--tube", "x", "--temperature", "20 degC") == 2
    assert "RUNS.csv is missing" in capsys.readouterr().err


def test_runs_of_a_file_are_fitted_and_stored_as_well(off):
    assert off.calibrate(*FEW) == 2
    found_ul = f"{float(record_ul(off)):.6g}"
    path = off.folder / "head" / RUNS
    argv = (path, "--confirm-volume", f"{found_ul} uL")
    assert off.calibrate(*argv, out="from_file") == 0
    assert head(off) == round(float(found_ul) * 1e6)


ONE = ("--count", "5", "--turns", "1", "--prime", "10 uL", "--confirm", "0.08 mL")


def test_a_second_ctrl_c_does_not_leave_the_head_turning(weighed, capsys, monkeypatch):
    pressed = pressed_at_each(b'"stop"', weighed, monkeypatch)
    weighed.at(20, weighed.press_ctrl_c)
    assert weighed.calibrate(*ONE) == 130
    pump = weighed.driven.pump()
    assert pressed and pump.status().state == "STOPPED" and pump.program() == FORMER


def test_a_cable_that_is_out_for_minutes_ends_the_run_and_says_that_the_pump_may_deliver(
    weighed, capsys, monkeypatch
):
    def cut(data):
        raise OSError("unplugged")

    write = weighed.driven.write
    monkeypatch.setattr("clepsydra.link.session.REPLY_MS", 20)
    weighed.at(10, lambda: setattr(weighed.driven, "write", cut))
    assert weighed.calibrate(*ONE) == 3
    said = capsys.readouterr()
    assert "THE PUMP MAY STILL DELIVER" in said.err and "--resume gives it back" in said.out
    weighed.driven.write = write
    assert weighed.driven.live.world["outlet_pl"] < 10_000_000_000


def test_a_mass_that_no_run_gives_is_asked_again_and_then_not_kept(weighed, capsys):
    class Clumsy(Reader):
        asked, wrong = 0, 4  # the mass after the second run, in mg for g

        def readline(self):
            self.asked += 1
            right = super().readline()
            return right.replace(" g", " mg") if self.asked in self.wrong else right

    once = Clumsy(weighed)
    once.wrong = (4,)
    weighed.calibrate(*ONE, balance=None, typed=once)
    assert "allowed: " in capsys.readouterr().out and len(runs_of(weighed)) == 5
    always = Clumsy(weighed)
    always.wrong = range(4, 99)
    assert weighed.calibrate(*ONE, balance=None, typed=always, out="other") == 2
    assert "--resume" in capsys.readouterr().err
    assert (weighed.folder / "other" / RUNS).read_text().count("\n") == 2


def test_a_balance_that_is_tared_within_a_run_spoils_that_run_alone(weighed, capsys, monkeypatch):
    def tare(wire):
        for _ in range(40):
            wire.spoil(75, lambda answer: answer.replace(b"40.", b" 0."))

    with_wire(monkeypatch, tare)
    assert weighed.calibrate(*ONE) == 1
    assert "nothing was put on, taken off or tared" in capsys.readouterr().err
    assert not (weighed.folder / "head" / RUNS).exists()


def test_runs_of_another_pump_or_another_tube_are_not_gone_on_with(weighed, capsys):
    weighed.at(20, weighed.press_ctrl_c)
    assert weighed.calibrate(*ONE) == 130
    path = weighed.folder / "head" / "calibrate.json"
    path.write_text(path.read_text().replace("sim-1", "E660"))
    assert weighed.calibrate(*ONE, "--resume") == 2
    assert "it began with serial 'E660'" in capsys.readouterr().err


def test_a_prime_before_resumed_runs_is_in_what_is_confirmed(weighed):
    base, config = read_base(weighed.folder / "setup.toml"), weighed.driven.pump().config
    plan = plan_of(AskedRuns(("24 mL/d",), 5, 1, 100_000_000), base, config)
    runs_pl = sum(plan.volume_pl(run.steps) for run in plan.runs[2:])
    stretches = plan.stretches(2)
    assert round(sum(one.volume_pl for one in stretches)) == 100_000_000 + runs_pl


@pytest.mark.parametrize(
    ("new_pl", "fault", "warned"),
    [(10_300_000, False, False), (13_000_000, False, True), (3_300_000, True, False)]
    + [(100_000_000, True, False), (10_000, True, False)],
)
def test_a_volume_that_no_tube_has_is_refused_and_one_that_is_odd_is_warned_of(
    new_pl, fault, warned
):
    found = plausible(10_000_000, new_pl)
    assert (found[0] is not None, found[1] is not None) == (fault, warned)


@pytest.mark.parametrize("text", ["\u00e9\n", "x\n1\n", "steps,mass_mg\n1,2\n"])
def test_a_table_of_runs_that_is_none_is_named_by_its_line(tmp_path, text):
    (tmp_path / RUNS).write_text(text, encoding="latin-1")
    with pytest.raises(BadInput, match=r"runs\.csv:1:1"):
        done_runs(tmp_path)


def test_the_setup_of_whoever_calibrates_is_not_overwritten(weighed):
    path = weighed.folder / "setup.toml"
    before = path.read_text()
    weighed.calibrate(*ONE, out=".")
    assert path.read_text() == before
