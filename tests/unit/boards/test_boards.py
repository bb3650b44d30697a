"""The board checker: every board of the project is good, every way to write a bad one is named."""

import ast
import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards import check, check_chips, check_memory
from boards.esp32_s3_devkitc import BOARD as ESP32_S3
from boards.pybv11 import BOARD as PYBV11
from boards.rpi_pico import BOARD
from boards.rpi_pico2 import BOARD as PICO2
from tests.shape import rules

FILE = "boards/rpi_pico.py"


DELETE = object()


def text_of(board):
    return f'"""A board."""\n\nBOARD = {board!r}\n'


def problems_with(path, value, board=BOARD):
    """The problems after setting one field, given as "pins.lamp"; DELETE takes it out."""
    file, board = f"boards/{board['name']}.py", copy.deepcopy(board)
    *sections, key = path.split(".")
    place = board
    for section in sections:
        place = place.setdefault(section, {})
    if value is DELETE:
        del place[key]
    else:
        place[key] = value
    return check.check_text(file, text_of(board))


def test_every_board_of_the_project_is_good(capsys):
    assert check.main([]) == 0
    assert "rpi_pico: good" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("path", "value", "allowed"),
    [
        ("name", "pico", "allowed is rpi_pico"),
        ("name", DELETE, ""),
        ("chip", "rp2041", "allowed is rp2040"),
        ("chip", ["rp2040"], "allowed is rp2040"),
        ("backend", "esp32", "allowed is rp2"),
        ("tick_hz", 125_000_001, "allowed is 125000000"),
        ("tick_hz", 125e6, "allowed is 125000000"),
        ("tick_hz", True, "allowed is 125000000"),
        ("pins", 5, "allowed is a section {...}"),
        ("pins.step", DELETE, "every board needs it"),
        ("pins.lamp", 2, "GPIO 2 is used by pins.step already"),
        ("pins.lamp", "!2", "GPIO 2 is used by pins.step already"),
        ("pins.lamp", 30, "allowed is GPIO 0 to 29"),
        ("pins.lamp", 10**30, "allowed is GPIO 0 to 29"),
        ("pins.lamp", -1, "allowed is a number, with ^"),
        ("pins.lamp", "GP14", "allowed is a number, with ^"),
        ("pins.lamp", "", "allowed is a number, with ^"),
        ("pins.lamp", None, "allowed is a number, with ^"),
        ("pins.lamp", "^14", "^ (pull-up) is not for this pin: allowed is !"),
        ("pins.step", "!2", "! (active low) is not for this pin: allowed is the bare pin"),
        ("pins.level_low", "!^16", "allowed is a number, with ^"),
        (
            "pins.lamp",
            23,
            "GPIO 23 is used by the board itself (power save of the Pico's regulator) already",
        ),
        ("pins.supply_sense", 14, "allowed is GPIO 26 to 29: a pin with an ADC"),
        ("pins.encoder_scl", DELETE, "encoder_sda needs it"),
        ("reserved_pins", {99: "nothing"}, "allowed is {pin GPIO 0 to 29"),
        ("encoder", DELETE, "a board with an encoder has the section encoder"),
        ("encoder.part", "as5048", "allowed is as5600"),
        ("encoder.counts_per_rev", 4095, "allowed is 4096"),
        ("driver.part", "a4988", "allowed is tmc2209"),
        ("driver.microsteps", 15, "allowed is 1 or 2 or 4"),
        ("driver.sense_mohm", 0, "allowed is a whole number from 20 to 1000"),
        (
            "supply",
            DELETE,
            "a board that measures its supply has the section supply and the pin supply_sense",
        ),
        ("supply.divider", 0, "allowed is a whole number from 1 to 100"),
        ("supply.full_mv", "3.3 V", "allowed is a whole number from 500 to 5000"),
        ("pins.supply_sense", DELETE, "a board that measures"),
        ("driver.run_ma", 20, "allowed is a whole number from 50 to 2000"),
        ("driver.hold_ma", 401, "allowed is at most driver.run_ma, 400"),
        ("driver.hold_ma", DELETE, ""),
        ("limits", [], "allowed is a section {...}"),
        ("limits.max_step_hz", 0, "allowed is a whole number from 1 to 1000000"),
        ("limits.max_pulse_error_us", 2.5, "allowed is a whole number"),
        ("limits.start_hz", 20_001, "allowed is at most limits.max_step_hz, 20000"),
        ("limits.least_micropython", 1.25, "allowed is a version in quotes"),
        ("limits.least_micropython", "new", "allowed is a version in quotes"),
        ("notes", "text", "allowed is a list of texts"),
    ],
)
def test_a_bad_field_is_named_with_its_value_and_what_is_allowed(path, value, allowed):
    found = problems_with(path, value)
    assert len(found) == 1, found
    assert found[0].startswith(said(BOARD, path, value, allowed)), found[0]


@pytest.mark.parametrize(
    ("board", "path", "value", "allowed"),
    [
        (BOARD, "pins.step_sense", 5, "this chip counts at step itself: leave it out"),
        (BOARD, "limits.least_micropython", "1.9.4", 'allowed is "1.25" or later'),
        (PICO2, "tick_hz", 125_000_000, "allowed is 150000000"),
        (PICO2, "backend", "esp32", "allowed is rp2"),
        (PICO2, "pins.lamp", 30, "allowed is GPIO 0 to 29"),
        (
            ESP32_S3,
            "pins.step_sense",
            DELETE,
            "this chip counts the pulses on a pin that the carrier wires to step",
        ),
        (ESP32_S3, "pins.step_sense", "^5", "^ (pull-up) is not for this pin"),
        (
            ESP32_S3,
            "pins.lamp",
            0,
            (
                "GPIO 0 is used by the chip (a strapping pin: "
                "what hangs on it decides how the chip boots)"
            ),
        ),
        (ESP32_S3, "pins.lamp", 20, "GPIO 20 is used by the board itself (USB)"),
        (ESP32_S3, "pins.lamp", 27, "GPIO 27 is used by the chip (the flash inside the module)"),
        (ESP32_S3, "pins.lamp", 22, "allowed is GPIO 0 to 21, 26 to 48"),
        (ESP32_S3, "pins.lamp", "A0", "allowed is GPIO 0 to 21, 26 to 48"),
        (ESP32_S3, "tick_hz", 80_000_000, "allowed is 1000000"),
        (ESP32_S3, "limits.max_step_hz", 20_000, "allowed is a whole number from 1 to 5000"),
        (ESP32_S3, "limits.least_micropython", "1.26.1", 'allowed is "1.27" or later'),
        (PYBV11, "pins.step", "A2", "allowed is A0 or A5 or A15"),
        (PYBV11, "pins.step", "C0", "allowed is A0 or A5 or A15: the only ones that can"),
        (PYBV11, "pins.step_sense", "C7", "allowed is C6"),
        (PYBV11, "pins.sounder", "C7", "allowed is A1 or A2"),
        (PYBV11, "pins.lamp", 14, "allowed is A0 to D15"),
        (PYBV11, "pins.lamp", "X1", "allowed is A0 to D15"),
        (PYBV11, "pins.lamp", 1.5, "allowed is a pin in quotes"),
        (PYBV11, "pins.lamp", "B2", "B2 is used by the board itself (accelerometer interrupt)"),
        (PYBV11, "pins.patient_button", "^!C8", "C8 is used by the board itself"),
        (PYBV11, "reserved_pins", {8: "nothing"}, "allowed is {pin A0 to D15"),
    ],
)
def test_each_chip_has_pins_and_limits_of_its_own(board, path, value, allowed):
    found = problems_with(path, value, board)
    assert any(line.startswith(said(board, path, value, allowed)) for line in found), found


def said(board, path, value, allowed):
    """How the line on a field begins."""
    shown = "is missing" if value is DELETE else repr(value)
    return f"boards/{board['name']}.py: {path}: {shown}" + (f": {allowed}" if allowed else "")


@pytest.mark.parametrize(
    ("board", "path", "value", "message"),
    [
        (BOARD, "colour", "green", "colour: unknown key: known are name, chip"),
        (BOARD, "tick_herz", 1, "tick_herz: unknown key: did you mean tick_hz?"),
        (BOARD, "pins.lmap", 14, "pins.lmap: unknown key: did you mean lamp?"),
        (
            BOARD,
            "pins.encoder_scl",
            11,
            "pins.encoder_sda, encoder_scl: (12, 11): allowed is SDA and SCL of one I2C",
        ),
        (
            BOARD,
            "pins.driver_uart_rx",
            1,
            "pins.driver_uart_tx, driver_uart_rx: (8, 1): allowed is TX and RX of one UART",
        ),
        (
            BOARD,
            "reserved_pins",
            {25: "the LED"},
            "pins.lamp: 25: GPIO 25 is used by the board itself (the LED) already",
        ),
        (
            PYBV11,
            "pins.door",
            "^!D8",
            "pins.door: 'D8': shares interrupt 8 with pins.level_low: allowed is another number",
        ),
        (
            PYBV11,
            "pins.driver_uart_rx",
            "C3",
            (
                "pins.driver_uart_tx, driver_uart_rx: ('A2', 'C3'): "
                "allowed is TX and RX of one UART, as A0 and A1"
            ),
        ),
        (
            PYBV11,
            "pins.encoder_scl",
            "C3",
            (
                "pins.encoder_sda, encoder_scl: ('B11', 'C3'): "
                "allowed is SDA and SCL of one I2C, as B11 and B10"
            ),
        ),
    ],
)
def test_a_key_that_is_unknown_or_does_not_go_with_another_is_named(board, path, value, message):
    found = problems_with(path, value, board)
    assert len(found) == 1, found
    assert found[0].startswith(f"boards/{board['name']}.py: {message}"), found[0]


def constants_of(module):
    """What is written out in a module of the HAL, by name."""
    tree = ast.parse((rules.ROOT / "hal" / f"{module}.py").read_text(encoding="utf-8"))
    written = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, (ast.Constant, ast.Dict))
    ]
    return {node.targets[0].id: ast.literal_eval(node.value) for node in written}


def test_the_checker_knows_the_same_buses_as_the_backend():
    assert set(constants_of("stm32")["UARTS"]) == check_chips.CHIPS["stm32f405"]["uart"]
    assert set(constants_of("stm32")["I2CS"]) == check_chips.CHIPS["stm32f405"]["i2c"]
    assert set(constants_of("stm32")["SPIS"]) == check_chips.CHIPS["stm32f405"]["spi"]


def test_the_checker_knows_the_same_parts_as_the_driver_of_the_fram():
    parts = constants_of("fram")["PARTS"]
    assert {name: size for name, (_, size) in parts.items()} == check_memory.FRAM_BYTES


@pytest.mark.parametrize(
    ("chip", "module"), [("esp32s3", "esp32_pulses"), ("stm32f405", "stm32_pulses")]
)
def test_the_checker_knows_the_same_tick_as_the_backend(chip, module):
    assert constants_of(module)["TICK_HZ"] == check_chips.CHIPS[chip]["tick_hz"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "BOARD: is missing"),
        ("BOARD = {", "BOARD: cannot be read"),
        ("BOARD = 5", "BOARD: 5"),
        ("import os\nBOARD = {}", "line 1: 'import os'"),
        ("BOARD = {}\nBOARD = {}", "BOARD: is set more than once"),
        ("BOARD = dict(name='x')", "BOARD: is not written out"),
        ("BOARD = {'pins': {'step': 1 + x}}", "BOARD: is not written out"),
        ("BOARD = {[]: 1}", "BOARD: is not written out"),
        ("PINS = {}", "line 1: 'PINS = {}'"),
    ],
)
def test_a_file_that_is_not_one_literal_is_refused(text, message):
    found = check.check_text(FILE, text)
    assert found[0].startswith(f"{FILE}: {message}"), found
    assert "a board file is a docstring and BOARD = {...}" in found[0]


def test_a_key_written_twice_is_named():
    found = check.check_text(FILE, text_of(BOARD).replace("'step': 2,", "'step': 2, 'step': 5,"))
    assert found == [f"{FILE}: step: is written twice: each key once"]


def test_all_problems_are_told_at_once():
    board = copy.deepcopy(BOARD)
    board["pins"]["lamp"] = 2
    board["driver"]["microsteps"] = 3
    del board["limits"]["start_hz"]
    assert len(check.check_text(FILE, text_of(board))) == 3


def test_a_board_that_does_not_exist_is_an_error_that_names_the_nearest(capsys):
    assert check.main(["rpi_pic"]) == 2
    assert "did you mean rpi_pico?" in capsys.readouterr().err


def test_a_board_without_an_encoder_is_good():
    board = copy.deepcopy(BOARD)
    del board["encoder"], board["pins"]["encoder_sda"], board["pins"]["encoder_scl"]
    assert check.check_text(FILE, text_of(board)) == []


def test_an_encoder_without_its_pins_is_named():
    board = copy.deepcopy(BOARD)
    del board["pins"]["encoder_sda"], board["pins"]["encoder_scl"]
    assert [line.split(": ")[1] for line in check.check_text(FILE, text_of(board))] == [
        "pins.encoder_sda"
    ]


def test_a_number_too_long_to_print_is_still_a_message():
    text = text_of(BOARD).replace("125000000", "0x1" + "0" * 5000)
    assert "tick_hz: a number too long to print" in check.check_text(FILE, text)[0]


literals = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3)
    ),
    max_leaves=8,
)
paths = list(BOARD) + [
    f"{section}.{key}"
    for section in ("pins", "driver", "encoder", "supply", "limits", "flash")
    for key in BOARD[section]
]
paths += ["fram", "fram.part", "fram.journal_sectors"]


@given(
    st.sampled_from([BOARD, PICO2, ESP32_S3, PYBV11]),
    st.sampled_from([*paths, "pins.step_sense"]),
    literals | st.text("^!AB019"),
)
def test_no_value_anywhere_breaks_the_checker(board, path, value):
    for line in problems_with(path, value, board):
        assert line.startswith(f"boards/{board['name']}.py: ")


@given(st.text() | st.text(alphabet="BOARD ={}[]()'\"\n\t:,0123456789!^#x"))
def test_no_text_breaks_the_checker(text):
    assert check.check_text(FILE, text)
