"""A simulated pump, and the command line that drives it. CPython only."""

import io
import sys
from typing import NamedTuple

import pytest

from clepsydra import __main__ as cli
from clepsydra.verbs import verb_options
from tests.rigs.driven_pump import DrivenPump


class Said(NamedTuple):
    status: int
    out: str
    err: str


@pytest.fixture
def driven(tmp_path):
    with DrivenPump(tmp_path) as driven:
        yield driven


@pytest.fixture
def pump(driven):
    return driven.pump()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One for a whole file, infusing: for what changes nothing."""
    with DrivenPump(tmp_path_factory.mktemp("shared")) as driven:
        driven.infuse(1000)
        yield driven


def commands_of(driven, monkeypatch, capsys):
    """run("bolus", "20 ug", "--over", "10 min", typed="20 ug\\n") -> Said"""
    monkeypatch.setattr(
        verb_options, "connect", lambda target, with_key=True: driven.pump(with_key)
    )

    def run(*argv, typed=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        try:
            status = cli.main(argv)
        except SystemExit as end:
            status = end.code
        return Said(status, *capsys.readouterr())

    return run


@pytest.fixture
def run(driven, monkeypatch, capsys):
    return commands_of(driven, monkeypatch, capsys)


@pytest.fixture
def run_shared(shared, monkeypatch, capsys):
    return commands_of(shared, monkeypatch, capsys)
