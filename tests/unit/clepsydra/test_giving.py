"""What a verb says where the pump has taken a command and does something else, and what it says
before the pump would refuse it.
"""

import pytest

from clepsydra.confirmed_pump import ConfirmedPump
from clepsydra.errors import BadInput, NotBegun
from clepsydra.show.refill_words import checked_text
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.conftest import commands_of


@pytest.fixture
def nearly_empty(tmp_path):
    """Less than a step can be taken out of its reservoir."""
    path = tmp_path / "nearly_empty.toml"
    text = FLEX_WEEK.read_text(encoding="utf-8")
    path.write_text(text.replace('fill = "3.2 mL"', 'fill = "0.500001 mL"'), encoding="utf-8")
    with DrivenPump(tmp_path, path) as driven:
        yield driven


def test_a_start_after_which_the_pump_does_not_infuse_fails_and_says_why(
    nearly_empty, monkeypatch, capsys
):
    run = commands_of(nearly_empty, monkeypatch, capsys)
    run("clock", "set", "--yes")
    said = run("start", "--yes")
    assert said.status == 1
    assert "WARNING     it has taken the start, and is EMPTY: " in said.out
    assert "EMPTY_RESERVOIR" in said.out


def test_a_start_in_python_after_which_the_pump_does_not_infuse_raises_and_says_why(nearly_empty):
    pump = ConfirmedPump(nearly_empty.session(), "sim:test")
    pump.set_clock()
    with pytest.raises(NotBegun, match=r"taken the start, and is EMPTY: .*EMPTY_RESERVOIR"):
        pump.start(confirm="400 ug")
    with pytest.raises(BadInput, match="the pump is EMPTY, start needs STOPPED"):
        pump.start(confirm="400 ug")


def test_a_second_bolus_is_warned_of_before_anybody_types_its_dose(run, driven):
    driven.infuse(1000)
    bolus = ("bolus", "20 ug", "--over", "10 min")
    assert "a bolus runs already" not in run(*bolus).out
    assert run(*bolus, "--confirm", "20 ug").status == 0
    said = run(*bolus, typed="\n")
    assert said.status == 2 and "WARNING: a bolus runs already" in said.out


def test_a_refill_that_fits_to_the_digits_shown_has_no_share():
    """Of next to nothing that was delivered the share is any number."""
    last = {"withdrawn_pl": 2_700_000_000, "expected_pl": 2_699_700_000, "error_ppt": -1000}
    assert checked_text({**last, "verdict": 0}) == "2.7 mL withdrawn, 2.7 mL expected: in order"
    far = {**last, "withdrawn_pl": 2_500_000_000, "error_ppt": 63}
    assert checked_text({**far, "verdict": 0}).endswith(
        "in order, +6.3 % went out against the books"
    )
