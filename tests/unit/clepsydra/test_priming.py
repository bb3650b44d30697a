"""`prime` on a simulated pump whose line holds water, and the bridge that an old drug needs."""

import pytest

from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import commands_of

IMPLANT_DAY = FLEX_WEEK.with_name("implant_day.toml")
REPLACEMENT = FLEX_WEEK.with_name("replacement.toml")
PATH_STEPS = 87_040  # 272 uL


@pytest.fixture
def new(tmp_path):
    with DrivenPump(tmp_path, IMPLANT_DAY) as driven:
        yield driven


@pytest.fixture
def run_new(new, monkeypatch, capsys):
    return commands_of(new, monkeypatch, capsys)


def confirmed(driven):
    return [command for command in driven.changes if "counted_ng" in command]


def test_a_prime_says_volume_time_and_the_dose_that_counts_before_it_begins(run_new, new):
    said = run_new("prime", "--tubing", "--catheter", typed="no\n")
    assert said.status == 2 and confirmed(new) == []
    assert "0.272 mL in 16.3 min" in said.out
    assert "68 ug of it count" in said.out


def test_a_prime_is_confirmed_by_the_dose_that_counts_and_ends_on_its_step(run_new, new):
    for wrong in ("272 ug", "0.272 mL", "68 mg"):
        assert run_new("prime", "--tubing", "--catheter", "--confirm", wrong).status == 2
    assert run_new("prime", "--tubing", "--catheter", "--yes").status == 2
    assert confirmed(new) == []
    said = run_new("prime", "--tubing", "--catheter", "--confirm", "68 ug")
    assert said.status == 0, said
    assert "INFUSING" in said.out
    new.run(20 * 60_000)
    raw = new.pump().status().raw
    assert raw["by_source"]["prime"] == PATH_STEPS
    assert raw["prime_left_pl"] == 0


def test_what_the_line_contradicts_is_refused_in_the_pumps_words(run_new, new):
    assert run_new("prime").status == 2
    said = run_new("prime", "--catheter")
    assert said.status == 1 and "the tubing holds no drug: tubing = 1" in said.err
    assert confirmed(new) == []


def test_a_prime_that_would_push_old_drug_is_refused_and_a_bridge_begins_instead(
    tmp_path, monkeypatch, capsys
):
    with DrivenPump(tmp_path, REPLACEMENT) as driven:
        run = commands_of(driven, monkeypatch, capsys)
        assert run("prime", "--catheter", "--tubing").status == 1
        said = run("bridge", "300 ug/d", "--confirm", "300 ug")
        assert said.status == 0, said
        assert "none is in force" in said.out and "changed" in said.out
        assert driven.pump().status().raw["bridge"] is not None
