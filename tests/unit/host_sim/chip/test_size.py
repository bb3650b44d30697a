"""What `make size` counts and when it fails; the sizes themselves need the image."""

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


def test_more_than_the_budget_or_none_at_all_is_broken_and_for_the_heap_less():
    found = {"image": 100, "heap left": 100, "hal/rp2.py": 10, "hal/new.py": 1}
    budgets = {"image": 100, "heap left": 101, "hal/rp2.py": 9}
    assert [broken for *_, broken in size.judge(found, budgets)] == [False, True, True, True]
    assert [
        broken
        for *_, broken in size.judge(
            {"image": 101, "heap left": 100}, {"image": 100, "heap left": 100}
        )
    ] == [True, False]
