"""Seven years wear no sector of the journal far: a sample of what tests/tools/wear.py runs."""

from tests.tools.wear import FAST, measure, worn

FAST_HOURS = 4


def test_half_a_ml_a_day_wears_a_sector_in_seven_years_by_less_than_half_a_percent(runs):
    wear = worn(runs.stock("seven_years").summary, 30)
    assert wear.even and wear.worst_erases > 1
    assert 0.1 < wear.percent < 0.5


def test_24_ml_a_day_wear_a_sector_in_seven_years_by_less_than_5_percent(tmp_path):
    path = tmp_path / "fast.toml"
    path.write_text(FAST.format(days=1, fill_ml=44), encoding="utf-8")
    wear = measure(str(path), FAST_HOURS / 24, tmp_path / "out")
    assert wear.even and wear.records > 60 * FAST_HOURS / 2
    assert 1 < wear.percent < 5
