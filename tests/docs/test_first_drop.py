"""The tutorial does what it says: each command is run as it stands there, each answer is typed, and
what comes must be what the page shows.
"""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from host_sim.live import running
from tests.rigs.patience import HANGS_S

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first_drop.md"
ANSWER = re.compile(r"(\[y/N\] |to confirm: )(.+)\n")
EXAMPLE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def commands():
    """(command, what is typed, what must be printed)"""
    found = []
    for block in blocks("console"):
        for part in block.split("$ ")[1:]:
            command, _, printed = part.partition("\n")
            typed = "".join(answer + "\n" for _, answer in ANSWER.findall(printed))
            found.append((command, typed, ANSWER.sub(r"\1", printed)))
    return found


def matches(shown, printed):
    pattern = ".*".join(re.escape(piece) for piece in shown.split("..."))
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def printed_by(command, typed, folder, environment):
    name, *arguments = shlex.split(command)
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
    (program,) = blocks("toml")
    (tmp_path / "mine.toml").write_text(program, encoding="utf-8")
    ran = 0
    for command, typed, shown in commands():
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
def test_the_python_of_the_programmers_page_runs(tmp_path, environment):
    (example,) = EXAMPLE.findall((ROOT / "docs" / "programmer.md").read_text(encoding="utf-8"))
    done = subprocess.run(
        [sys.executable, "-c", example],
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
