"""`clepsydra bench verify`: a pump is commanded, weighed and judged, and is left as it was."""

import json
import signal
from datetime import datetime, time, timedelta

import pytest

from bench.rehearse.virtual_clock import BEGAN, SimClock
from bench.weigh.weigh import Weighing
from clepsydra.errors import NoPump
from clepsydra.on_balance import pump_watch, rate_weighing, verifying
from clepsydra.on_balance.told_to_end import told_to_end
from clepsydra.on_balance.weighing_line import Line
from host_sim.live.live_commands import fault_of
from tests.rigs.weighed_pump import pressed_at_each, refuse_to_open, with_a_drug, with_wire

FAST = ("--rates", "24 mL/d", "--for", "20 min", "--every", "10 s", "--confirm", "24 mL")
FORMER = {"mode": "continuous", "rate_pl_per_day": 500_000_000}


def left_as_it_was(weighed):
    pump = weighed.driven.pump()
    return pump.status().state == "STOPPED" and pump.program() == FORMER


def test_a_good_pump_passes_over_its_rates_and_gets_its_program_back(weighed, capsys):
    argv = ("--rates", "24 mL/d, 12 mL/d", *FAST[2:])
    assert weighed.verify(*argv) == 0
    out = capsys.readouterr().out
    assert "1 of 2      24 mL/d: 20 min, 0.3333 mL" in out and "40 min to go in all" in out
    assert out.rstrip().splitlines()[-2].split() == ["verdict", "pass"]
    assert left_as_it_was(weighed)
    assert weighed.asked == ["confirm", "start", "stop"] * 2 + ["stop", "confirm"]
    twin = json.loads((weighed.folder / "out" / "certificate.json").read_text())
    assert twin["verdict"] == "pass" and len(twin["runs"]) == 2
    assert twin["record"]["pump_serial"] == "sim-1" and "REHEARSAL" in twin["record"]["place"]
    page = (weighed.folder / "out" / "certificate.html").read_text()
    assert "at 2 rates" in page and "<svg" in page and "<script" not in page


def test_another_value_than_the_highest_a_day_starts_nothing(weighed, capsys):
    for wrong in ("12 mL", "24 uL", "y"):
        assert weighed.verify(*FAST[:-1], wrong) == 2
        assert "nothing was sent" in capsys.readouterr().err
    assert weighed.verify(*FAST[:-2]) == 2  # nobody answers
    assert weighed.asked == [] and not list((weighed.folder / "out").iterdir())


def test_ctrl_c_stops_the_pump_keeps_the_log_and_what_was_weighed_is_not_weighed_again(
    weighed, capsys
):
    argv = ("--rates", "24 mL/d, 12 mL/d", *FAST[2:])
    weighed.at(1800, weighed.press_ctrl_c)
    assert weighed.verify(*argv) == 130
    assert "--resume" in capsys.readouterr().out and left_as_it_was(weighed)
    rows = (weighed.folder / "out" / "02" / "run.csv").read_text().count("\n")
    assert 40 < rows < 100
    assert weighed.verify(*argv) == 2  # there is one in the folder already
    before = weighed.asked.count("start")
    assert weighed.verify(*argv[:-1], "12 mL", "--resume") == 0
    assert weighed.asked.count("start") == before + 1 and left_as_it_was(weighed)
    out = capsys.readouterr().out
    assert "24 mL/d: weighed already" in out and "12 mL/d is weighed anew" in out
    assert (weighed.folder / "out" / "02.cut1" / "run.csv").read_text().count("\n") == rows


def test_a_stop_by_somebody_else_ends_it_and_the_pump_is_not_started_again(weighed, capsys):
    weighed.at(600, lambda: weighed.driven.pump().stop())
    assert weighed.verify(*FAST) == 130
    assert "the pump was stopped" in capsys.readouterr().err
    assert weighed.asked.count("start") == 1 and left_as_it_was(weighed)
    assert not (weighed.folder / "out" / "certificate.html").exists()


def test_a_program_that_was_killed_goes_on_with_the_pump_that_goes_on(weighed, capsys, monkeypatch):
    class Killed(BaseException):
        pass

    def kill():
        raise Killed

    with monkeypatch.context() as dead:
        dead.setattr(rate_weighing, "halt", lambda line: line.pump.status())
        dead.setattr(verifying, "give_back", lambda *_: None)
        weighed.at(400, kill)
        with pytest.raises(Killed):
            weighed.verify(*FAST)
    assert weighed.driven.pump().status().state == "INFUSING"
    weighed.driven.run(60_000)
    assert weighed.verify(*FAST, "--resume") == 0
    assert "its weighing goes on" in capsys.readouterr().out and left_as_it_was(weighed)
    assert weighed.asked.count("start") == 1
    results = json.loads((weighed.folder / "out/01/analysis/results.json").read_text())
    assert results["weighed_s"] > 850 and abs(results["flow_error_pct"]) < 0.3


def test_a_pump_that_stalls_is_named_with_its_alarm_and_its_log_is_kept(weighed, capsys):
    weighed.at(600, lambda: weighed.driven.run(1, fault=fault_of("stall", [])))
    assert weighed.verify(*FAST) == 1
    err = capsys.readouterr().err
    assert "the pump is STALLED: MOTOR_STALL" in err and "its log is kept" in err
    assert (weighed.folder / "out" / "01" / "run.csv").read_text().count("\n") > 50
    assert weighed.driven.pump().program() == FORMER


def test_a_cable_to_the_pump_that_is_out_for_a_while_ends_no_weighing(weighed, monkeypatch):
    write = weighed.driven.write

    def cut(data):
        raise OSError("unplugged")

    weighed.at(300, lambda: setattr(weighed.driven, "write", cut))
    weighed.at(500, lambda: setattr(weighed.driven, "write", write))
    monkeypatch.setattr("clepsydra.link.session.REPLY_MS", 20)
    assert weighed.verify(*FAST) == 0
    rows = (weighed.folder / "out" / "01" / "lines.csv").read_text()
    assert ',pump,"out of reach' in rows and ',pump,"answers again"' in rows
    assert left_as_it_was(weighed)


def test_what_the_reservoir_does_not_hold_is_refused_before_anything_is_sent(weighed, capsys):
    assert weighed.verify("--rates", "24 mL/d", "--for", "20 h", "--confirm", "24 mL") == 2
    out, err = capsys.readouterr()
    assert "24 mL/d: 20 h, 20 mL" in out  # which of the rates takes how much
    assert "it takes 20 mL, and 17.5 mL are left" in err and weighed.asked == []


def test_a_rate_that_a_cap_would_lower_is_refused_before_anything_is_sent(
    tmp_path, monkeypatch, capsys
):
    with with_a_drug(tmp_path, monkeypatch) as weighed:
        argv = ("--rates", "2 mL/d", "--for", "2 h", "--confirm", "1000 ug")
        assert weighed.verify(*argv) == 2
        assert "would be counted in" in capsys.readouterr().err and weighed.asked == []


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--rates", "30 mL/d"), "30 mL/d"),
        (("--rates", "24"), "--rates"),
        (("--rates", " , "), "--rates"),
        ((), "no rate"),
        (("--rates", "24 mL/d", "--for", "soon"), "--for"),
        (("--rates", "24 mL/d", "--every", "1 ms"), "--every"),
        (("--rates", "24 mL/d", "--balance", "mt-sics:/dev/x"), "--balance sim"),
    ],
)
def test_what_is_typed_wrongly_is_named_and_nothing_is_sent(weighed, capsys, argv, words):
    assert weighed.verify(*argv) == 2
    assert words in capsys.readouterr().err and weighed.asked == []


def test_a_setup_of_another_pump_is_refused(weighed, capsys):
    path = weighed.folder / "setup.toml"
    path.write_text(path.read_text() + '[record]\npump_serial = "E660"\n')
    assert weighed.verify(*FAST) == 2
    assert "E660, and the one on the line has sim-1" in capsys.readouterr().err


def test_a_pump_that_infuses_is_not_taken_for_a_test(weighed, capsys):
    weighed.driven.pump().start()
    weighed.driven.changes.clear()
    assert weighed.verify(*FAST) == 2
    assert "it has to be STOPPED" in capsys.readouterr().err and weighed.asked == []


def test_without_a_balance_nothing_is_sent(weighed, capsys, monkeypatch):
    refuse_to_open(monkeypatch)
    assert weighed.verify(*FAST) == 3
    assert "no such port" in capsys.readouterr().err and weighed.asked == []


def test_a_fault_of_the_weighing_itself_stops_the_pump_too(weighed, capsys, monkeypatch):
    def broken(self, end_s):
        raise RuntimeError("out of disk")

    monkeypatch.setattr(Weighing, "run", broken)
    assert weighed.verify(*FAST) == 4
    assert left_as_it_was(weighed)


def test_a_simulated_balance_weighs_the_liquid_and_the_loss_that_the_setup_measures(weighed):
    rows = [f"{60 * n},{20 - 0.0006 * n:.5f}" for n in range(31)]
    for name in ("before.csv", "after.csv"):
        (weighed.folder / name).write_text("\n".join(["time_s,mass_g", *rows, ""]))
    setup = weighed.folder / "setup.toml"
    stated = 'rate = "0.02 mg/min"\nuncertainty = "30 %"'
    blanks = 'blank_before = "before.csv"\nblank_after = "after.csv"'
    text = setup.read_text().replace(stated, f'{blanks}\n[liquid]\ndensity = "1.05 g/mL"')
    setup.write_text(text)
    assert weighed.verify(*FAST) == 0
    found = json.loads((weighed.folder / "out" / "01" / "analysis" / "results.json").read_text())
    assert found["evaporation_ug_per_min"] == pytest.approx(600, rel=0.01)
    assert abs(found["flow_error_pct"]) <= 2 * found["expanded_uncertainty_pct"] < 0.5


def test_a_reservoir_on_the_simulated_balance_is_refused(weighed, capsys):
    setup = weighed.folder / "setup.toml"
    setup.write_text(setup.read_text() + '[vessel]\nholds = "the reservoir"\n')
    assert weighed.verify(*FAST) == 2
    assert "vessel.holds" in capsys.readouterr().err and weighed.asked == []


def test_each_rate_bears_the_date_on_which_it_was_weighed(weighed):
    midnight = datetime.combine(BEGAN.date() + timedelta(days=1), time(), BEGAN.tzinfo)
    weighed.driven.run(int((midnight - BEGAN).total_seconds() * 1000) - 600_000)
    assert weighed.verify("--rates", "24 mL/d, 24 mL/d", *FAST[2:]) == 0
    twin = json.loads((weighed.folder / "out" / "certificate.json").read_text())
    days = [BEGAN.date().isoformat(), midnight.date().isoformat()]
    assert [run["weighed"] for run in twin["runs"]] == days
    assert twin["weighed"] == " to ".join(days)


def test_the_help_names_the_command_that_was_typed(weighed, capsys):
    with pytest.raises(SystemExit):
        weighed.bench("verify", "--help")
    assert capsys.readouterr().out.startswith("usage: clepsydra bench verify ")


def test_a_second_ctrl_c_does_not_break_off_the_stop(weighed, capsys, monkeypatch):
    impatient = pressed_at_each(b'"stop"', weighed, monkeypatch)
    weighed.at(400, weighed.press_ctrl_c)
    assert weighed.verify(*FAST) == 130
    assert impatient and left_as_it_was(weighed)
    assert "the pump is being stopped" in capsys.readouterr().err


def test_a_balance_that_shows_no_mass_starts_no_pump(weighed, capsys, monkeypatch):
    with_wire(monkeypatch, lambda wire: wire.mute(0, 1e9))
    assert weighed.verify(*FAST) == 3
    assert "it shows no mass" in capsys.readouterr().err
    assert "start" not in weighed.asked and left_as_it_was(weighed)


def test_a_pump_that_was_stopped_and_started_again_between_two_looks_passes_nothing(
    weighed, capsys
):
    weighed.at(605, lambda: weighed.driven.pump().stop())
    weighed.at(620, lambda: weighed.driven.pump().start())
    assert weighed.verify(*FAST) == 1
    assert "stopped and started again" in capsys.readouterr().err and left_as_it_was(weighed)


def test_another_pump_on_the_cable_is_neither_watched_nor_stopped(weighed, capsys, monkeypatch):
    line = Line(weighed.driven.pump(), SimClock(), None, "none", False, serial="E660")
    line.pump.start()
    closed = []
    monkeypatch.setattr(line.pump.session, "close", lambda: closed.append(1))
    with pytest.raises(NoPump, match="sim-1 is there, and it was E660"):
        pump_watch.reopen(line)
    assert closed and weighed.driven.pump().status().state == "INFUSING"


def test_a_folder_with_logs_of_something_else_is_left_alone(weighed, capsys):
    (weighed.folder / "out" / "01").mkdir(parents=True)
    assert weighed.verify(*FAST) == 2
    assert "is there already" in capsys.readouterr().err and weighed.asked == []


@pytest.mark.parametrize(
    ("section", "line"), [("sampling", 'end = "8 min"'), ("columns", 'unit = "mg"')]
)
def test_a_setup_that_is_about_another_log_is_refused(weighed, capsys, section, line):
    path = weighed.folder / "setup.toml"
    text = path.read_text()
    if f"[{section}]" not in text:
        text += f"[{section}]\n"
    path.write_text(text.replace(f"[{section}]\n", f"[{section}]\n{line}\n"))
    assert weighed.verify(*FAST) == 2
    assert "about a log that is there already" in capsys.readouterr().err and weighed.asked == []


def test_a_terminal_that_may_be_closed_under_nohup_ends_nothing():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with told_to_end():
            signal.raise_signal(signal.SIGHUP)
        with pytest.raises(KeyboardInterrupt), told_to_end():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before)
