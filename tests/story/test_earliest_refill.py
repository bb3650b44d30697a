"""Stories of the dates of a refill (S15): as expected, and with all boluses that are allowed."""

from tests.rigs.pump import ML, UL, Bench, at_any_tick

DAY_MS = 86_400_000
FORTY = {"capacity_pl": 40 * ML, "fill_pl": 40 * ML, "low_pl": 2 * ML}


def made(**patient):
    section = {"dose_ng": 20_000, "duration_ms": 600_000, "lockout_s": 3600, "per_day": 4}
    section.update(patient)
    return Bench(150 * UL, reservoir=FORTY, patient_bolus=section)


# trace: S15.7, G24
@at_any_tick
def test_the_golden_row_of_four_boluses_a_day_is_200_days_exactly():
    """38 mL at 0.150 mL and 4 x 0.010 mL a day; without boluses 253.33 days."""
    status = made().status()
    assert status["low_earliest_in_ms"] == 200 * DAY_MS
    assert status["low_in_ms"] == 38_000 * DAY_MS // 150
    assert status["next_refill_s"] - status["wall_s"] == 200 * 86_400
    assert status["refill_expected_s"] > status["next_refill_s"]


@at_any_tick
def test_a_lockout_allows_no_more_than_fit_into_a_day():
    """One in 12 h is two a day, whatever the count allows: 38 mL at 0.17 mL a day."""
    bench = made(lockout_s=43_200, per_day=48)
    assert bench.status()["low_earliest_in_ms"] == 38_000 * DAY_MS // 170


@at_any_tick
def test_where_more_was_given_than_the_patient_may_ask_for_both_dates_are_one():
    bench = made(per_day=0)
    bench.ok("bolus", volume_pl=50 * UL, duration_ms=600_000)
    bench.run_for(minutes=20)
    status = bench.status()
    assert status["low_earliest_in_ms"] == status["low_in_ms"] < 38_000 * DAY_MS // 150


# trace: S15.7
@at_any_tick
def test_a_clinicians_boluses_come_besides_all_that_the_patient_may_ask_for():
    """0.150 mL, 4 x 0.010 mL and the clinician's 0.053 mL a day; the patient's bolus of today is
    one of the four. A record holds 53 of 63 parts.
    """
    bench = made()
    bench.ok("patient_bolus")
    bench.run_for(minutes=20)
    before = bench.status()
    assert before["bolus_pl_per_day"] == 10 * UL
    left_pl = before["residual_pl"] - 2 * ML
    assert before["low_earliest_in_ms"] == left_pl * DAY_MS // (190 * UL)
    bench.ok("bolus", volume_pl=53 * UL, duration_ms=600_000)
    bench.run_for(minutes=20)
    for _ in range(2):
        status = bench.status()
        left_pl = status["residual_pl"] - 2 * ML
        assert status["bolus_pl_per_day"] == 63 * UL
        assert status["low_earliest_in_ms"] == left_pl * DAY_MS // (243 * UL)
        bench = bench.restart()
        bench.start_again()


@at_any_tick
def test_without_a_patient_bolus_there_is_one_date():
    status = Bench(150 * UL, reservoir=FORTY).status()
    assert status["next_refill_s"] == status["refill_expected_s"]
