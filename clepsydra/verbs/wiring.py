"""`wiring`: how a board is wired, drawn from its file; no pump is asked. CPython only."""

from argparse import Namespace
from typing import Any

from clepsydra.files import write_text
from clepsydra.show.columns import table
from clepsydra.verbs.verb_options import STATUS_TEXT, as_json
from clepsydra.wiring.board_file import BoardFile, read_board
from clepsydra.wiring.connections import CAUTION, WARNING, devices, parts
from clepsydra.wiring.wiring_svg import wiring_svg
from host_sim.shared import ending
from host_sim.shared.argument_types import filled


def add(commands: Any) -> None:
    parser = commands.add_parser(
        "wiring",
        help="show how a board is wired; nobody has built it from this",
        description="Show how a board is wired, by its board file. Nobody has built it from this.",
        epilog=STATUS_TEXT,
    )
    parser.add_argument("board", help="its name in boards/, as rpi_pico")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--svg", type=filled, metavar="FILE", help="draw it")
    kind.add_argument("--parts", action="store_true", help="list what has to be bought")
    kind.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(command=_wiring)


def _wiring(arguments: Namespace) -> int:
    board = read_board(arguments.board)
    if arguments.json:
        return as_json(_numbers(board))
    print(f"{WARNING}. {CAUTION}")
    print(board.title)
    if arguments.parts:
        print(table([(str(count), part, why) for count, part, why in parts(board)]))
    elif arguments.svg:
        write_text(arguments.svg, wiring_svg(board))
        print(f"drawn in {arguments.svg}")
    else:
        print(table([("pin", "of", "goes to", "terminal"), *_rows(board)]))
    return ending.DONE


def _rows(board: BoardFile) -> list[tuple[str, str, str, str]]:
    found = []
    for device in devices(board):
        found += [(w.pin.said, w.key, device.name, w.terminal) for w in device.wires]
        found += [(rail, "", device.name, terminal) for terminal, rail in device.rails]
    return found


def _numbers(board: BoardFile) -> dict[str, Any]:
    return {
        "warning": f"{WARNING}. {CAUTION}",
        "board": board.name,
        "wires": [
            {"pin": w.pin.name, "of": w.key, "part": device.name, "terminal": w.terminal}
            for device in devices(board)
            for w in device.wires
        ],
        "parts": [{"count": n, "part": part, "why": why} for n, part, why in parts(board)],
    }
