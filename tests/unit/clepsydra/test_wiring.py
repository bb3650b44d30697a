"""`wiring`: each pin of a board file is drawn once, its wire level, and headed by a warning."""

import json
import xml.etree.ElementTree as ElementTree

import pytest

from boards import check
from clepsydra.errors import BadInput
from clepsydra.wiring.board_file import read_board
from clepsydra.wiring.connections import WARNING, devices, parts
from clepsydra.wiring.wiring_svg import PART_WIDTH, wiring_svg

BOARDS = check.names()
SVG = "{http://www.w3.org/2000/svg}"
CHAR = 0.5  # of its size, the usual width of a character
ON_BOARD = {
    "esp32_s3_devkitc": set(),
    "pybv11": {"lamp"},
    "rpi_pico": {"lamp", "supply_sense"},
    "rpi_pico2": {"lamp", "supply_sense"},
    "rpi_pico_syringe": {"lamp", "supply_sense"},
    "waveshare_rp2040_zero": set(),
}


@pytest.mark.parametrize("name", BOARDS)
def test_each_pin_is_wired_once(name):
    board = read_board(name)
    wires = [wire for device in devices(board) for wire in device.wires]
    assert sorted(wire.key for wire in wires) == sorted(board.raw["pins"])
    for wire in wires:
        assert str(board.raw["pins"][wire.key]).lstrip("^!") == wire.pin.name


@pytest.mark.parametrize("name", BOARDS)
def test_what_is_on_the_board_already_is_neither_wired_nor_bought(name):
    board = read_board(name)
    assert {key for key, pin in board.pins.items() if pin.on_board} == ON_BOARD[name]
    bought = " ".join(why for _, _, why in parts(board))
    for key in ("lamp", "sounder"):
        assert (f"pins.{key}" in bought) == (key not in ON_BOARD[name])


@pytest.mark.parametrize("name", BOARDS)
def test_the_picture_has_level_wires_that_do_not_cross_and_text_that_fits(name):
    board = read_board(name)
    root = ElementTree.fromstring(wiring_svg(board))
    lines = [
        {k: float(v) for k, v in e.attrib.items() if k[0] in "xy"} for e in root.iter(SVG + "line")
    ]
    assert all(line["y1"] == line["y2"] for line in lines)
    assert len(lines) == len(board.pins) - len(ON_BOARD[name])
    starts = [(line["x1"], line["y1"]) for line in lines]
    assert len(set(starts)) == len(starts)
    boxes = [
        [float(e.attrib[k]) for k in ("x", "y", "width", "height")]
        for e in root.iter(SVG + "rect")
        if e.attrib.get("width") == str(PART_WIDTH)
    ]
    assert len(boxes) == len(devices(board))
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            apart = (
                one[0] != other[0] or one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
            )
            assert apart
    texts = list(root.iter(SVG + "text"))
    assert WARNING in [text.text for text in texts]
    width = float(root.attrib["width"])
    for text in texts:
        long = len(text.text) * CHAR * float(text.attrib["font-size"])
        x = float(text.attrib["x"])
        left, right = {
            "start": (x, x + long), "end": (x - long, x), "middle": (x - long / 2, x + long / 2)
        }[text.attrib["text-anchor"]]  # fmt: skip
        assert 0 <= left and right <= width, text.text
        box = [
            b
            for b in boxes
            if b[0] <= x <= b[0] + b[2] and b[1] <= float(text.attrib["y"]) <= b[1] + b[3]
        ]
        for b in box:
            assert b[0] <= left and right <= b[0] + b[2], text.text


def test_a_switch_is_said_to_be_active_as_the_board_file_has_it():
    switches = {d.wires[0].key: d for d in devices(read_board("rpi_pico_syringe"))}
    assert switches["plunger"].note == "active when open"
    assert switches["occlusion"].note == "active when closed"
    assert switches["occlusion"].rails == [("other side", "GND")]


def test_a_chip_that_counts_on_a_pin_of_its_own_has_it_wired_to_step():
    driver = devices(read_board("esp32_s3_devkitc"))[0]
    assert [w.pin.name for w in driver.wires if w.terminal == "STEP"] == ["4", "5"]


def test_the_names_beside_the_pins_of_a_pyboard_are_shown():
    assert read_board("pybv11").pins["quiet"].said == "C7 (Y2)"


def test_the_verb_is_headed_by_the_warning_in_each_form(run_shared, tmp_path):
    for more in ((), ("--parts",)):
        said = run_shared("wiring", "rpi_pico", *more)
        assert said.status == 0
        assert said.out.startswith("NEVER BUILT BY US")
    assert "GPIO 2   " in run_shared("wiring", "rpi_pico").out
    assert json.loads(run_shared("wiring", "rpi_pico", "--json").out)["warning"].startswith(WARNING)
    path = tmp_path / "wiring.svg"
    assert run_shared("wiring", "rpi_pico", "--svg", str(path)).status == 0
    assert WARNING in path.read_text()
    assert run_shared("wiring", "rpi_pico", "--svg", str(tmp_path / "no" / "w.svg")).status == 2


def test_a_board_that_there_is_not_is_named_with_those_there_are(run_shared):
    said = run_shared("wiring", "rpi_picco")
    assert said.status == 2
    assert 'did you mean "rpi_pico"?' in said.err
    with pytest.raises(BadInput, match="no such board"):
        read_board("check")
