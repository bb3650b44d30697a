"""The dose at the tip and the windows, against sums that need no pump."""

from dataclasses import replace

import numpy as np
import pytest

from host_sim.judge.course import Course
from host_sim.judge.tip_balance import DAY_MS, HOUR_MS, TipBalance
from tests.rigs.small_campaign import BASE, loaded, run

PLAIN = 'name = "Plain"\nscenario = "hours.toml"\n'
BOLUS = '[[at]]\ndo = "bolus"\ntime = "90 min"\ndose = "30 ug"\nover = "10 min"\n'
TWO_STEPS_NG = 12.5


def balance_of(folder, text, base=BASE):
    scenario, record = run(loaded(folder, text, base), 1, folder)
    return TipBalance(Course(scenario, record)), scenario, record


def test_three_hours_at_400_ug_a_day_ask_for_50_ug_and_a_bolus_for_its_dose(tmp_path):
    plain, _, _ = balance_of(tmp_path, PLAIN)
    assert plain.asked_ng == pytest.approx(50_000, abs=1)
    bolus, _, _ = balance_of(tmp_path, PLAIN + BOLUS)
    assert bolus.asked_ng == pytest.approx(80_000, abs=TWO_STEPS_NG)


def test_a_head_that_gives_3_percent_more_is_3_percent_off(tmp_path):
    base = BASE + '[truth]\nvolume_per_rev = "10.3 uL"\npulsation = "0 %"\nroller_spread = "0 %"\n'
    balance, _, _ = balance_of(tmp_path, PLAIN, base)
    assert balance.error_ppm() == pytest.approx(30_000, abs=1500)


def test_the_worst_window_is_the_one_around_the_bolus(tmp_path):
    balance, _, _ = balance_of(tmp_path, PLAIN + BOLUS)
    assert balance.worst(HOUR_MS) == pytest.approx(400_000 / 24 + 30_000, abs=TWO_STEPS_NG)
    assert balance.worst(DAY_MS) == pytest.approx(80_000, abs=TWO_STEPS_NG)


def test_a_window_slides_over_every_edge_and_not_hour_by_hour(tmp_path):
    """Against each window that begins at a whole second, from the trace alone."""
    text = PLAIN + BOLUS + BOLUS.replace("90 min", "133 min")
    balance, _, record = balance_of(tmp_path, text)
    ms = [row.time_ms for row in record.trace]
    ng = [row.emitted_steps * 6.25 for row in record.trace]
    starts = np.arange(0, 3 * HOUR_MS, 1000)
    every = np.interp(starts + HOUR_MS, ms, ng) - np.interp(starts, ms, ng)
    assert balance.worst(HOUR_MS) == pytest.approx(every.max(), abs=TWO_STEPS_NG)
    assert balance.worst(HOUR_MS) >= every.max() - 1e-6


@pytest.mark.parametrize(
    ("factor", "lacks", "excess"),
    [(0.79, True, False), (0.81, False, False), (1.19, False, False), (1.21, False, True)],
)
def test_a_day_is_off_from_20_percent_on(tmp_path, factor, lacks, excess):
    base = BASE.replace('duration = "3 h"', 'duration = "30 h"')
    _, scenario, record = balance_of(tmp_path, PLAIN, base)
    tips = [row._replace(tip_ng=round(row.emitted_steps * 6.25 * factor)) for row in record.trace]
    balance = TipBalance(Course(scenario, replace(record, trace=tips)))
    assert balance.lacking_ms() == (DAY_MS if lacks else None)
    assert balance.excess_ms() == (DAY_MS if excess else None)
