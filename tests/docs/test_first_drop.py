"""The tutorial does what it says: each command is run as it stands there, each answer is typed, and
what comes must be what the page shows.
"""

import os
import re
import shlex
import signal
import subprocess
import sys

import pytest

from host_sim.live import running
from tests.rigs.patience import HANGS_S
from tests.rigs.tutorial import PAGE, blocks, commands, matches, parts
from tests.shape.rules import ROOT

EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def printed_by(command, typed, folder, environment):
    name, *arguments = shlex.split(command.removeprefix(".venv/bin/"))
    assert name == "clepsydra", command
    done = subprocess.run(
        [sys.executable, "-m", "clepsydra", *arguments],
        input=typed,
        cwd=folder,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=HANGS_S,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


@pytest.fixture
def environment(tmp_path, monkeypatch):
    monkeypatch.setenv(running.ENVIRONMENT, str(tmp_path / "runtime"))
    monkeypatch.delenv("CLEPSYDRA_PUMP", raising=False)
    yield {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    for run in running.running():
        running.ask(run, {"do": "end"})


@pytest.mark.slow
def test_each_line_of_the_tutorial_does_what_the_page_shows(tmp_path, environment):
    simulated, _ = parts()
    (program,) = blocks("toml", simulated)
    (tmp_path / "mine.toml").write_text(program, encoding="utf-8")
    ran = 0
    for command, typed, shown in commands(simulated):
        if command.startswith("export "):
            key, _, value = command.removeprefix("export ").partition("=")
            environment[key] = value
            continue
        printed = printed_by(command, typed, tmp_path, environment)
        assert matches(shown, printed), f"$ {command}\n{printed}\nshown:\n{shown}"
        ran += 1
    assert ran >= 10
    assert (tmp_path / "log.csv").read_text(encoding="utf-8").count("STATE") >= 3
    assert running.running() == []


@pytest.mark.slow
def test_three_commands_lead_to_a_pump_that_infuses_a_program_of_ones_own(tmp_path, environment):
    simulated, _ = parts()
    setup, sets, starts = blocks("sh", simulated)[1].splitlines()
    assert setup == "make setup"
    (tmp_path / "mine.toml").write_text(blocks("toml", simulated)[0], encoding="utf-8")
    assert "sent, read back, equal" in printed_by(sets, "360\n", tmp_path, environment)
    assert "INFUSING    320 ug/d" in printed_by(starts, "y\n", tmp_path, environment)


# Commands that a sentence names: what they print first, until Ctrl-C ends them
GOES_ON = {"clepsydra status --watch": "Flex week", "clepsydra serve": "the page of sim:flex_week"}
CHECKED = "clepsydra sim check board.toml"


def test_each_command_that_a_sentence_names_is_run_by_a_test():
    prose = re.sub(r"```.*?```", "", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)
    named = set(re.findall(r"`(clepsydra [^`]+)`", prose))
    ran = {command for command, _, _ in commands(parts()[0])}
    assert named - ran == {*GOES_ON, CHECKED}


def test_the_configuration_for_a_board_is_read_back_by_the_simulator_first(tmp_path, environment):
    (configuration,) = blocks("toml", parts()[1])
    (tmp_path / "board.toml").write_text(configuration, encoding="utf-8")
    printed = printed_by(CHECKED, "", tmp_path, environment)
    assert "First drop" in printed and "no mistake in the file" in printed
    assert re.search(r"programmed +360 ug/d", printed)


@pytest.mark.slow
@pytest.mark.parametrize("command", GOES_ON)
def test_what_goes_on_until_ctrl_c_shows_the_pump_and_ends_well(command, tmp_path, environment):
    environment["CLEPSYDRA_PUMP"] = "sim"
    arguments = shlex.split(command)[1:] + (["--port", "0"] if "serve" in command else [])
    child = subprocess.Popen(
        [sys.executable, "-m", "clepsydra", *arguments],
        cwd=tmp_path,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        first = child.stdout.readline()
    finally:
        child.send_signal(signal.SIGINT)
        rest, errors = child.communicate(timeout=HANGS_S)
    assert GOES_ON[command] in first + rest, errors
    assert child.returncode in (0, 130) and "Traceback" not in errors, errors


def test_the_first_block_is_what_this_folder_was_made_with():
    assert blocks("sh", PAGE.read_text(encoding="utf-8"))[0].splitlines() == [
        "make setup",
        ". .venv/bin/activate",
    ]
    plan = subprocess.run(
        ["make", "-n", "-B", "setup"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "venv" in plan.stdout
    works = [". .venv/bin/activate && cd / && clepsydra --version"]
    said = subprocess.run(works, shell=True, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("Clepsydra ")


@pytest.mark.slow
def test_the_python_of_the_programmers_page_runs(tmp_path, environment):
    examples = EXAMPLE.findall((ROOT / "docs" / "programmer.md").read_text(encoding="utf-8"))
    assert len(examples) == 2
    done = subprocess.run(
        [sys.executable, "-c", "".join(examples)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("INFUSING")
    assert "BOLUS_ACCEPTED bolus accepted: 2.5 uL in 10 min" in done.stdout
    assert re.search(r"daily dose +400 ug/d +360 ug/d +-10.0 %", done.stdout)


def test_a_line_that_is_shown_otherwise_is_found():
    assert matches("a ... c\n", "a b c\n")
    assert not matches("a ... c\n", "a b d\n")
    assert not matches("a\n", "a\nb\n")


def test_the_page_of_the_programmer_has_every_verb(capsys):
    from clepsydra.__main__ import main

    with pytest.raises(SystemExit):
        main(["--help"])
    verbs = re.findall(r"^    ([a-z-]+)  ", capsys.readouterr().out, re.MULTILINE)
    page = (ROOT / "docs" / "programmer.md").read_text(encoding="utf-8")
    named = {word for row in re.findall(r"^\| `([a-z -]+)", page, re.MULTILINE) for word in [row]}
    assert len(verbs) > 10
    assert [verb for verb in verbs if not any(n.split()[0] == verb for n in named)] == []
