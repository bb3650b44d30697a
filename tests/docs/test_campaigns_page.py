"""docs/campaigns.md says what the command, its file and its rows have."""

import re
from pathlib import Path

from host_sim.campaign import distributions
from host_sim.campaign.campaign_file import WHEN, load
from host_sim.campaign.pump_draw import draw
from host_sim.campaign.pump_row import BROKE_OFF, COLUMNS

PAGE = Path("docs/campaigns.md").read_text(encoding="utf-8")


def rows_after(mark):
    """The first cells of the table that follows a line."""
    table = PAGE.split(mark, 1)[1].strip().split("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


def test_the_columns_are_those_of_the_rows():
    table = PAGE.split("<!-- table: columns -->\n", 1)[1].split("\n\n")[0].splitlines()[2:]
    assert table == [f"| `{column.name}` | {column.meaning} |" for column in COLUMNS]


def test_the_file_that_it_shows_is_a_campaign(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1], encoding="utf-8")
    campaign = load(path)
    for number in range(1, 11):
        draw(campaign, 1, number).scenario()


def test_each_distribution_and_each_key_has_its_row():
    named = " ".join(rows_after("It needs a `[drug]`."))
    for kind in (*distributions._READ, distributions.SAME_AS):
        assert f"`{kind} = " in named
    for options in distributions._OPTIONS.values():
        for option in options:
            assert f"`{option} = " in PAGE
    keys = rows_after("`choice` takes tables.")
    assert [key.strip("`") for key in keys] == list(WHEN)


def test_each_verdict_that_a_pump_can_have_is_explained():
    source = Path("host_sim/campaign/pump_row.py").read_text(encoding="utf-8")
    found = re.search(r"found = \(\n(.*?)\n    \)\n", source, re.DOTALL)[1]
    verdicts = re.findall(r'\("([a-z ]+)"', found)
    assert [f"`{one}`" for one in (BROKE_OFF, *verdicts)] == rows_after("the gravest first:")
