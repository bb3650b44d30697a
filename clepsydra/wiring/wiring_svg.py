"""The wiring of a board as a picture (SVG): the board in the middle, its parts on both sides, each
wire level from pin to terminal, so that none crosses another. CPython only.
"""

import textwrap
from html import escape

from clepsydra.wiring.board_file import BoardFile
from clepsydra.wiring.connections import CAUTION, GND, V3, WARNING, Device, devices

WIDTH, ROW, GAP, PAD = 1160, 22, 16, 10
TOP = 104  # below the headings
PART_WIDTH, PIN_WIDTH = 330, 126
NOTE_CHARACTERS = 50  # of a line
LEFT, RIGHT = 24, WIDTH - 24 - PART_WIDTH
BOARD_LEFT, BOARD_RIGHT = WIDTH // 2 - PIN_WIDTH, WIDTH // 2 + PIN_WIDTH
INK, SOFT, WARN = "#1f2933", "#5c6b7a", "#b3400a"
FONT = "'Segoe UI', 'Helvetica Neue', Arial, 'Liberation Sans', sans-serif"
RAILS = {GND: "#1f2933", V3: "#b3400a"}
# Okabe and Ito's, which stay apart for every common kind of colour blindness
WIRES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")


def wiring_svg(board: BoardFile) -> str:
    """The picture."""
    sides = _sides(devices(board))
    drawn, ends = [], [TOP]
    color = 0
    for side, on_side in enumerate(sides):
        y = TOP
        for device in on_side:
            drawn.append(_device(device, side, y, color))
            color += len(device.wires)
            y += _height(device) + GAP
        ends.append(y)
    bottom = max(ends)
    title = f"Wiring of {board.name}"
    size = f'viewBox="0 0 {WIDTH} {bottom + 20}" width="{WIDTH}" height="{bottom + 20}"'
    kind = f'font-family="{FONT}" font-size="13" role="img" aria-label="{escape(title)}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {kind}>',
            f"<title>{escape(title)}: {WARNING}</title>",
            f'<rect width="{WIDTH}" height="{bottom + 20}" fill="white"/>',
            _text(LEFT, 32, title, 22, weight=650),
            _text(WIDTH - LEFT, 32, WARNING, 22, WARN, "end", 700),
            _text(LEFT, 54, board.title, 13, SOFT),
            _text(LEFT, 76, CAUTION, 13, WARN),
            _rect(BOARD_LEFT, TOP - 14, BOARD_RIGHT - BOARD_LEFT, bottom - TOP + 4, "#eef3f7"),
            _text(WIDTH // 2, bottom - 14, board.raw["name"], 13, INK, "middle", 650),
            *drawn,
            "</svg>",
            "",
        ]
    )


def _sides(found: list[Device]) -> tuple[list[Device], list[Device]]:
    """What needs several wires on the right, the rest where there is room."""
    left: list[Device] = []
    right: list[Device] = []
    for device in found:
        several = len(device.wires) > 1
        lower = sum(map(_height, left)) > sum(map(_height, right))
        (right if several or lower else left).append(device)
    return left, right


def _height(device: Device) -> int:
    rows = len(device.wires) + len(device.rails) + len(_note(device))
    return ROW * (rows + 1) + PAD


def _note(device: Device) -> list[str]:
    return textwrap.wrap(device.note, NOTE_CHARACTERS)


def _device(device: Device, side: int, y: int, color: int) -> str:
    """side: 0 left of the board, 1 right of it"""
    x = (LEFT, RIGHT)[side]
    found = [
        _rect(x, y - 14, PART_WIDTH, _height(device), "#fafbfc"),
        _text(x + PAD, y + 4, device.name, 14, INK, weight=650),
    ]
    at = y + 4
    for n, wire in enumerate(device.wires):
        at += ROW
        found.append(_wire(wire.key, wire.pin.said, wire.terminal, side, at, color + n))
    for terminal, rail in device.rails:
        at += ROW
        found.append(_rail(terminal, rail, side, at))
    for n, line in enumerate(_note(device), 1):
        found.append(_text(x + PAD, at + n * ROW, line, 12, SOFT))
    return "\n".join(found)


def _wire(key: str, pin: str, terminal: str, side: int, y: int, color: int) -> str:
    edge = (LEFT + PART_WIDTH, RIGHT)[side]
    end = (BOARD_LEFT, BOARD_RIGHT)[side]
    inner, outer = ((1, "start"), (-1, "end"))[side], ((-1, "end"), (1, "start"))[side]
    paint = WIRES[color % len(WIRES)]
    line = (
        f'<line x1="{edge}" y1="{y - 4}" x2="{end}" y2="{y - 4}" stroke="{paint}" '
        'stroke-width="2.5"/>'
    )
    dots = "".join(f'<circle cx="{x}" cy="{y - 4}" r="3.5" fill="{paint}"/>' for x in (edge, end))
    return "\n".join(
        [
            "" if terminal == "no wire" else line + dots,
            _text(edge + outer[0] * PAD, y, terminal, 13, INK, outer[1]),
            _text(end + inner[0] * PAD, y, f"{pin}", 13, INK, inner[1], 650),
            _text((edge + end) // 2, y - 8, key, 11, SOFT, "middle"),
        ]
    )


def _rail(terminal: str, rail: str, side: int, y: int) -> str:
    edge = (LEFT + PART_WIDTH, RIGHT)[side]
    step, anchor = ((-1, "end"), (1, "start"))[side]
    paint = RAILS.get(rail, RAILS[V3])
    return _text(edge + step * PAD, y, f"{terminal} to {rail}", 13, paint, anchor)


def _rect(x: int, y: int, width: int, height: int, fill: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{fill}" '
        f'stroke="{SOFT}"/>'
    )


def _text(
    x: int, y: int, text: str, size: int, fill: str = INK, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )
