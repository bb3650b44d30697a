"""No wrong dose by typing into the page: the slips of the command line, each refused, or shown with
its consequence in words and not sent before that was confirmed.
"""

import html

import pytest

from clepsydra.page import care_reviews
from clepsydra.show import status_lines
from tests.unit.clepsydra.test_slips import (
    BAD_AMOUNTS,
    BAD_PROGRAMS,
    BAD_REFILLS,
    BAD_TIMES,
    NO_CONFIRMATION,
    PLAUSIBLE,
    PLAUSIBLE_PROGRAMS,
    PLAUSIBLE_REFILLS,
    PROGRAM,
)


def bolus(shared, amount, over):
    shared.get("/bolus")
    return shared.send("/bolus", amount=amount, over=over)


def said(text):
    """As the page writes it."""
    return " ".join(text.removeprefix("WARNING: ").removeprefix("WARNING ").split())


@pytest.mark.parametrize("amount", BAD_AMOUNTS)
def test_an_amount_that_is_none_is_refused_and_stays_in_its_field(amount, shared):
    shown = bolus(shared, amount, "10 min")
    assert shown.status == 422
    assert BAD_AMOUNTS[amount] in shown.words
    assert f'value="{html.escape(amount)}"' in shown.text
    assert shared.changes == []


@pytest.mark.parametrize("over", BAD_TIMES)
def test_a_time_that_is_none_is_refused(over, shared):
    shown = bolus(shared, "20 ug", over)
    assert shown.status == 422
    assert BAD_TIMES[over] in shown.words
    assert shared.changes == []


@pytest.mark.parametrize(("amount", "over", "consequence"), PLAUSIBLE)
def test_a_plausible_slip_is_shown_with_its_consequence_and_not_sent_unconfirmed(
    amount, over, consequence, shared
):
    review = bolus(shared, amount, over)
    assert review.path.startswith("/review/")
    assert said(consequence) in review.words
    assert shared.confirm(review, "y").status == 422
    assert shared.changes == []


def test_only_the_dose_itself_confirms_a_bolus(shared):
    review = bolus(shared, "20 ug", "10 min")
    for typed in NO_CONFIRMATION:
        assert shared.confirm(review, typed).status == 422, typed
    assert shared.changes == []


@pytest.mark.parametrize(("right", "wrong", "named"), BAD_PROGRAMS)
def test_a_program_that_is_none_is_refused(right, wrong, named, shared):
    shared.get("/program")
    text = PROGRAM.replace(right, wrong)
    shown = shared.send("/program", mode="weekly", text=text)
    assert shown.status == 422
    assert named in shown.words
    assert shared.changes == []


@pytest.mark.parametrize(("right", "wrong", "first", "second"), PLAUSIBLE_PROGRAMS)
def test_a_program_with_a_plausible_slip_shows_it_and_is_not_confirmed_by_the_dose_meant(
    right, wrong, first, second, shared
):
    shared.get("/program")
    review = shared.send("/program", mode="weekly", text=PROGRAM.replace(right, wrong))
    assert review.path.startswith("/review/"), review.words
    assert said(first) in review.words
    assert said(second) in review.words
    typed = "nothing" if "safe_rate" in right else "400.6 ug"
    assert shared.confirm(review, typed).status == 422
    assert shared.changes == []


@pytest.mark.parametrize(("fill", "withdrawn", "named"), BAD_REFILLS)
def test_a_refill_that_is_none_is_refused(fill, withdrawn, named, shared):
    shared.get("/refill")
    shown = shared.send("/refill", fill=fill, withdrawn=withdrawn)
    assert shown.status == 422
    assert named in shown.words
    assert shared.changes == []


@pytest.mark.parametrize(("fill", "withdrawn", "consequence"), PLAUSIBLE_REFILLS)
def test_a_plausible_slip_at_a_refill_is_shown(fill, withdrawn, consequence, shared):
    shared.get("/refill")
    review = shared.send("/refill", fill=fill, withdrawn=withdrawn)
    assert said(consequence) in review.words
    assert shared.confirm(review, "15 mL!").status == 422
    assert shared.changes == []


# trace: S23.2
def test_a_computer_in_another_zone_is_said_and_the_clock_is_not_set_unseen(shared, monkeypatch):
    for module in (status_lines, care_reviews):
        monkeypatch.setattr(module, "computer_offset_s", lambda now_s: 7200)
    assert "local time of this computer is UTC+02:00" in shared.get("/set-up").words
    review = shared.send("/propose/clock")
    assert "local time moves by 2 h" in review.words
    for row in ("gives at once", "step 06:00 450 ug/d", "next 24 h"):
        assert row in review.words
    assert shared.confirm(review, seen=[]).status == 422
    assert shared.changes == []
