"""Power cuts of the flashed image within its flash operations, a sample of `make cuts-chip`."""

from tests.chip.conftest import image_or_skip
from tests.cuts.on_chip import MOST_OVERBOOKED, cut_on_chip


def test_after_a_cut_within_any_flash_operation_the_pump_knows_its_program_and_all_that_left():
    found = cut_on_chip(image_or_skip("rpi_pico"), cuts=10, seed=3)
    assert found.wrong == []
    assert found.cuts == 10 and len(found.of_mode) >= 5
    assert 0 < found.most_overbooked <= MOST_OVERBOOKED
