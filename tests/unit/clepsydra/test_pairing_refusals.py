"""What the pump would refuse at the end is refused before anybody has to press its input."""

import pytest

from clepsydra.link import key_file
from tests.rigs.driven_pump import PRESS

ROLES = ("patient", "observer")


@pytest.fixture
def paired(run, driven, tmp_path, monkeypatch):
    """run(...) on a pump that is paired with this computer; nobody presses any more."""
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "keys.json"))
    driven.pair()
    driven.run(61_000)
    return run


def with_key_of(driven, role, tmp_path, monkeypatch):
    """This computer is another one, whose key has that role."""
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / f"{role}.json"))
    driven.run(1000, fault=PRESS)
    driven.pair(role)
    driven.run(61_000)


def waited(said):
    return "press the service input" in said.out


def test_another_clinicians_key_is_refused_to_who_has_none(paired, tmp_path, monkeypatch):
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "other.json"))
    said = paired("pair")
    assert (said.status, waited(said)) == (2, False)
    assert "`clepsydra pair --out FILE`; here: --role observer or patient" in said.err
    said = paired("stop")
    assert "--role observer, or patient" in said.err  # and that is no detour


@pytest.mark.parametrize("role", ROLES)
def test_who_has_a_lesser_key_hands_out_no_clinicians_and_takes_none_back(
    role, paired, driven, tmp_path, monkeypatch
):
    with_key_of(driven, role, tmp_path, monkeypatch)
    for verb in (("pair", "--out", str(tmp_path / "out.json")), ("unpair", "0", "--yes")):
        said = paired(*verb)
        assert (said.status, waited(said)) == (2, False), said
    assert f"a clinician takes keys back, and this key has {role}" in said.err


def test_of_an_open_pump_no_key_is_taken_back(run, tmp_path, monkeypatch):
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "keys.json"))
    said = run("unpair", "--yes")
    assert (said.status, "nobody has a key of it" in said.err) == (2, True)
