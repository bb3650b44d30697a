"""The README draws the house as it is, and its tables name what is there."""

import re

from tests.docs import prose

README = (prose.ROOT / "README.md").read_text(encoding="utf-8")
NO_ROOMS = {"__pycache__", "scenarios", "campaigns"}  # of host_sim: data, listed by `host_sim list`


def drawn():
    """{folder: its rooms} of the tree in the README."""
    block = README.split("## The house")[1].split("```")[1]
    tree, folder = {}, None
    for line in block.splitlines():
        if found := re.match(r"(\w+)/ ", line):
            folder = tree.setdefault(found[1], [])
        elif (found := re.match(r"  (\w+)/ ", line)) and folder is not None:
            folder.append(found[1])
    return tree


def rooms(folder):
    return {
        path.name
        for path in (prose.ROOT / folder).iterdir()
        if path.is_dir() and path.name not in NO_ROOMS
    }


def test_every_folder_in_the_tree_is_there():
    for folder, inner in drawn().items():
        assert set(inner) <= rooms(folder), folder


def test_the_tree_has_every_room_of_the_firmware_and_the_simulator():
    tree = drawn()
    for folder in ("firmware", "host_sim"):
        assert set(tree[folder]) == rooms(folder)


def test_the_table_of_boards_has_every_board():
    there = {
        path.name
        for path in (prose.ROOT / "boards").glob("*.py")
        if not path.name.startswith(("__", "check"))
    }
    assert set(re.findall(r"\(boards/(\w+\.py)\)", README)) == there


FIRST_SCREEN = (  # in this order, and nothing of it twice
    "# Clepsydra\n",
    "Clepsydra is MicroPython firmware",
    "> **Research and bench use only. Never on a person or an animal.**",
    "](docs/pictures/now_stalled.png)",
    "make demo ",
    "make sim ",
    "make test ",
    "## On a board",
    "| Exact steps",
    "| Power cuts survived",
    "| Jitter of the pulses on the emulated chip",
    "| Coverage of the bench",
    "*Not shown yet: no run on real hardware.",
    "doctor --bring-up",
    "**I run experiments**",
    "**I build boards**",
    "**I verify flow**",
)


def test_the_first_screen_has_its_pieces_in_their_order():
    first_screen = README.split("## The parts")[0]
    assert [first_screen.count(piece) for piece in FIRST_SCREEN] == [1] * len(FIRST_SCREEN)
    places = [first_screen.index(piece) for piece in FIRST_SCREEN]
    assert places == sorted(places)
    assert first_screen.count("\n| ") == 5  # a head and four figures
    assert (prose.ROOT / "docs" / "pictures" / "now_stalled.png").is_file()
