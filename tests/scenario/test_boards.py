"""The same therapy on every board's data: each tick and limit of a board file goes through the
firmware.
"""

import json
from contextlib import redirect_stdout
from io import StringIO

import pytest

from boards import check
from host_sim import __main__ as cli
from tests.scenario.stock import path_of


@pytest.mark.parametrize("board", check.names())
@pytest.mark.parametrize("name", ["flex_week", "bolus_against_the_caps"])
def test_a_stock_scenario_comes_out_the_same_on_every_board(name, board, tmp_path):
    file = tmp_path / f"{name}.toml"
    file.write_text(
        path_of(name)
        .read_text(encoding="utf-8")
        .replace('board = "rpi_pico"', f'board = "{board}"'),
        encoding="utf-8",
    )
    with redirect_stdout(StringIO()) as printed:
        status = cli.main(["run", str(file), "--out", str(tmp_path / "out")])
    assert status == 0, printed.getvalue()
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["emitted_steps"] == summary["due_steps"] > 100_000
