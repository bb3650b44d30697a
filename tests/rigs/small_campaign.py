"""A campaign of a few hours, cheap enough for every run of the tests (CPython only)."""

from host_sim.campaign.campaign_file import from_texts, load
from host_sim.campaign.pump_draw import draw
from host_sim.campaign.pump_run import played

BASE = """
name = "Hours"
board = "rpi_pico"
start = "2026-01-05 00:00"
duration = "3 h"
[drug]
name = "baclofen"
concentration = "2000 ug/mL"
[head]
volume_per_rev = "10 uL"
[reservoir]
capacity = "20 mL"
fill = "10 mL"
[limits]
max_dose_1h = "100 ug"
max_dose_24h = "1500 ug"
[program]
mode = "continuous"
rate = "400 ug/d"
"""
CAMPAIGN = """
name = "A stall in three hours"
scenario = "hours.toml"
[[draw]]
key = "program.rate"
uniform = ["200 ug/d", "600 ug/d"]
[[fault]]
kind = "stall"
time = { uniform = ["1 h", "2 h"] }
lasts = { uniform = ["10 min", "30 min"] }
"""


def written(folder, campaign=CAMPAIGN, base=BASE):
    """The path of a campaign file, with its scenario beside it."""
    (folder / "hours.toml").write_text(base, encoding="utf-8")
    path = folder / "campaign.toml"
    path.write_text(campaign, encoding="utf-8")
    return path


def loaded(folder, campaign=CAMPAIGN, base=BASE):
    """It as a Campaign."""
    return load(written(folder, campaign, base))


def run(campaign, number, folder, seed=1):
    """(scenario, record) of one of its pumps."""
    scenario = draw(from_texts(campaign.texts), seed, number).scenario()
    return scenario, played(scenario, folder)
