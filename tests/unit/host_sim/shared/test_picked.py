"""A number of the pump beside the list that explains it, as a person reads it."""

import pytest

from host_sim.shared.number_text import picked

LIST = "its cause is %s (0 power on, 1 intended, 12 watchdog, long ago): start"


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (LIST % 0, "its cause is power on: start"),
        (LIST % 12, "its cause is watchdog, long ago: start"),
        (
            "a number of 2 changed (1 limits, 2 a bolus): replace",
            "a number of a bolus changed: replace",
        ),
    ],
)
def test_the_meaning_stands_in_the_place_of_its_number(told, read):
    assert picked(told) == read


@pytest.mark.parametrize(
    "told",
    [LIST % 7, LIST % 2, "2 pL left (weigh it), low is 9 pL: refill", "refill", ""],
)
def test_a_number_that_no_list_explains_stays(told):
    assert picked(told) == told
