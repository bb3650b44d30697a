"""Contract of inputs, sounder, lamp, store, link and power."""

import re

import pytest

from hal.contract import (
    BUTTON,
    DOOR,
    INTENDED_RESET,
    LEVEL_LOW,
    OCCLUSION,
    PATTERN_DENIED,
    PATTERN_OFF,
    PATTERN_TEST,
    PLUNGER,
    POWER_ON,
    QUIET,
    SERVICE,
    STOP,
    UNKNOWN_RESET,
    WATCHDOG_RESET,
    HalError,
)

BITS = (OCCLUSION, LEVEL_LOW, BUTTON, DOOR, QUIET, STOP, PLUNGER, SERVICE)


def read_settled(bench):
    bench.pass_ms(bench.input_ms)
    return bench.hal.inputs.read()


def test_only_inputs_that_the_board_has_are_ever_active(bench):
    for bit in BITS:
        bench.set_input(bit, True)
    assert read_settled(bench) == bench.hal.inputs.present


@pytest.mark.parametrize("bit", BITS)
def test_an_input_is_active_while_it_is_active(bench, bit):
    if not bench.hal.inputs.present & bit:
        pytest.skip("the board has no such input")
    for other in BITS:
        bench.set_input(other, False)
    assert read_settled(bench) == 0
    bench.set_input(bit, True)
    assert read_settled(bench) == bit
    bench.set_input(bit, False)
    assert read_settled(bench) == 0


@pytest.mark.parametrize("pattern", range(PATTERN_OFF, PATTERN_TEST + 1))
def test_every_pattern_can_be_played_and_shown_and_turned_off(bench, pattern):
    bench.hal.sounder.play(pattern)
    bench.hal.lamp.show(pattern)
    bench.hal.sounder.play(PATTERN_OFF)
    bench.hal.lamp.show(PATTERN_OFF)


def test_a_denial_has_a_beep_and_no_light(bench):
    bench.hal.sounder.play(PATTERN_DENIED)
    with pytest.raises(HalError, match="pattern"):
        bench.hal.lamp.show(PATTERN_DENIED)


@pytest.mark.parametrize("pattern", [PATTERN_OFF - 1, PATTERN_DENIED + 1])
def test_an_unknown_pattern_is_refused(bench, pattern):
    with pytest.raises(HalError, match="pattern"):
        bench.hal.sounder.play(pattern)
    with pytest.raises(HalError, match="pattern"):
        bench.hal.lamp.show(pattern)


def test_a_blob_that_was_never_written_is_none(bench):
    assert bench.hal.store.read("ledger.bin") is None


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 16])
def test_a_blob_reads_back_as_written(bench, data):
    bench.hal.store.write("ledger.bin", data)
    assert bench.hal.store.read("ledger.bin") == data


def test_a_blob_is_replaced_as_a_whole_and_the_others_stay(bench):
    bench.hal.store.write("config.json", b"{}")
    bench.hal.store.write("ledger.bin", b"a long first version")
    bench.hal.store.write("ledger.bin", b"short")
    assert bench.hal.store.read("ledger.bin") == b"short"
    assert bench.hal.store.read("config.json") == b"{}"


def test_a_blob_does_not_change_with_the_buffer_it_was_written_from(bench):
    buffer = bytearray(b"before")
    bench.hal.store.write("ledger.bin", buffer)
    buffer[:] = b"after."
    assert bench.hal.store.read("ledger.bin") == b"before"


def test_a_medium_that_fails_says_so_and_keeps_what_it_had(bench):
    bench.hal.store.write("ledger.bin", b"old")
    bench.fill_medium()
    with pytest.raises(HalError, match=r"ledger\.bin"):
        bench.hal.store.write("ledger.bin", b"new")
    assert bench.hal.store.read("ledger.bin") == b"old"


def test_a_link_without_news_reads_empty_bytes(bench):
    assert bench.hal.link.read() == b""


def test_a_link_gives_every_byte_once_and_in_order(bench):
    bench.send(b"one ")
    bench.send(b"two")
    assert bench.hal.link.read() == b"one two"
    assert bench.hal.link.read() == b""


def test_what_is_written_to_the_link_arrives(bench):
    bench.hal.link.write(b"one ")
    bench.hal.link.write(b"two")
    assert bench.sent == b"one two"


def test_writing_to_a_link_that_nobody_reads_waits_a_moment_once_and_does_not_fail(bench):
    bench.leave_link()
    for longest_ms in (25, 1, 1):
        before = bench.hal.clock.now_ms()
        bench.hal.link.write(bytes(10_000))
        assert bench.hal.clock.now_ms() - before <= longest_ms


def test_the_first_start_is_told_as_such(bench):
    assert bench.hal.power.reset_cause() in (
        POWER_ON,
        INTENDED_RESET,
        WATCHDOG_RESET,
        UNKNOWN_RESET,
    )
    assert bench.hal.power.reset_cause() == POWER_ON


def test_the_supply_is_plausible_or_not_measured(bench):
    supply_mv = bench.hal.power.supply_mv()
    assert supply_mv is None or 1000 <= supply_mv <= 30_000


def test_the_serial_is_a_word_that_stays_the_same(bench):
    serial = bench.hal.power.serial()
    assert re.fullmatch(r"[A-Za-z0-9-]{1,40}", serial)
    assert bench.hal.power.serial() == serial


@pytest.mark.parametrize("count", [1, 16, 33, 256])
def test_as_many_random_bytes_come_as_were_asked_for(bench, count):
    data = bench.hal.power.random(count)
    assert isinstance(data, bytes)
    assert len(data) == count


def test_random_bytes_do_not_come_twice(bench):
    drawn = {bench.hal.power.random(16) for _ in range(100)}
    assert len(drawn) == 100


def test_random_bytes_take_every_value(bench):
    assert set(b"".join(bench.hal.power.random(256) for _ in range(32))) == set(range(256))


def test_maintenance_leaves_for_the_console_and_does_not_come_back(bench):
    with pytest.raises(bench.left):
        bench.hal.power.maintenance()
