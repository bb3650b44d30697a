"""What `make size` counts and when it fails; the sizes themselves need the image."""

import pytest

from host_sim.chip.measure import size

TABLE = {
    "fun_data_hal_rp2_steps_PioStepDriver_queue": (0, 200),
    "raw_code_hal_rp2_steps": (0, 20),
    "fun_data_hal_rp2__lt_module_gt_": (0, 100),
    "const_qstr_table_data_hal_rp2": (0, 40),
    "fun_data_hal_rp2": (0, 7),
    "hal_rp2_unrelated": (0, 1000),
    "mp_hal_ticks_ms": (0, 1000),
    size.HEAP_START: (size.RAM_START + 10_000, 0),
}


def test_each_symbol_goes_to_the_module_with_the_longest_name_that_fits():
    modules = ["hal/rp2.py", "hal/rp2_steps.py", "hal/pins.py"]
    assert size.frozen_bytes(TABLE, modules) == {
        "hal/rp2.py": 147,
        "hal/rp2_steps.py": 220,
        "hal/pins.py": 0,
    }


FINE = {
    "image": 560_000,
    "static RAM": 52_000,
    "heap left": 110_000,
    "largest free block": 32_000,
}


def test_at_its_limits_an_image_is_fine():
    assert size.broken(FINE) == []


@pytest.mark.parametrize(
    ("name", "worse"),
    [("image", 1), ("static RAM", 1), ("heap left", -1), ("largest free block", -1)],
)
def test_a_byte_beyond_a_limit_is_broken_and_marked(name, worse):
    found = {**FINE, name: FINE[name] + worse}
    assert size.broken(found) == [name]
    (line,) = [line for line in size.lines(found, {}) if "BROKEN" in line]
    assert line.startswith(name)


def test_each_room_has_its_share_the_largest_first():
    modules = {"hal/rp2.py": 5600, "firmware/books/ledger.py": 28_000, "firmware/pump.py": 56_000}
    modules["firmware/books/windows.py"] = 42_000
    assert size.rooms(modules) == {"firmware/books": 70_000, "firmware/*": 56_000, "hal": 5600}
    shown = [line.split() for line in size.lines(FINE, modules)]
    assert ["firmware/books", "70,000", "2", "12.5%"] in shown
    assert ["MicroPython", "428,400", "76.5%"] in shown
