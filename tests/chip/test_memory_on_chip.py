"""The memory on the flashed image: an erase at its slowest, and an image that is damaged."""

from firmware.alarms.alarm_table import SELF_TEST_FAILED
from host_sim.chip.board.pump_on_chip import PumpOnChip
from host_sim.chip.measure import memory_times
from tests.chip.conftest import image_or_skip

TEXT = b"the pump head is open"  # of a refusal: no code goes by it


def test_an_erase_at_its_slowest_leaves_a_second_of_motion_and_moves_no_pulse():
    image = image_or_skip(memory_times.BOARD)
    with PumpOnChip(memory_times.BOARD, image, memory_times.fast_config()) as pump:
        found = memory_times.queue_in_erases(pump)
    assert found["erases_in_a_run"] > 0
    assert found["least_left_ms"] >= 1000
    assert found["interval_spread_us"] < 0.02 and found["pulses"] > 10_000


def test_an_image_as_it_was_built_is_whole_and_one_with_a_flipped_bit_is_a_fault(tmp_path):
    image = image_or_skip(memory_times.BOARD)
    with PumpOnChip(memory_times.BOARD, image, memory_times.fast_config()) as pump:
        pump.boot()
        status = pump.command("status")
        assert (status["image"], status["self_test"]) == ("whole", [])
    data = bytearray(image.read_bytes())
    data[data.index(TEXT)] ^= 1
    (tmp_path / "firmware.bin").write_bytes(data)
    with PumpOnChip(
        memory_times.BOARD, tmp_path / "firmware.bin", memory_times.fast_config()
    ) as pump:
        pump.boot()
        pump.run_ms(500)
        status = pump.command("status")
        assert (status["image"], status["self_test"]) == ("damaged", ["image"])
        assert status["state"] == "FAULT"
        assert [row[0] for row in status["alarms"]] == [SELF_TEST_FAILED]
        assert pump.command("start")["ok"] == 0
