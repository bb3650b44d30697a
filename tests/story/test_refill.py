"""Stories of refills: what was withdrawn and injected, against the books; and of a reservoir that
is emptied.
"""

from firmware.books.refills import ALARMED, NOTED, WARNED
from tests.rigs.pump import ACTIVE, LATCHED, ML, UL, Bench, at_any_tick

RATE = 24 * ML  # a millilitre an hour
RESIDUAL = 500 * UL


def after_hours(hours):
    # Queued at once: not a pass every second.
    bench = Bench(RATE, limits={"blind_pl": 10 * UL})
    bench.run_for(hours=hours)
    return bench


def left(bench):
    return bench.status()["residual_pl"]


# trace: S15.1
@at_any_tick
def test_what_was_left_and_what_is_injected_are_the_books_from_then_on():
    bench = after_hours(10)
    before = left(bench)
    bench.ok("refill", withdrawn_pl=8 * ML, fill_pl=5 * ML)
    assert left(bench) == before - 8 * ML + 5 * ML
    (refilled,) = bench.events("REFILLED")
    assert (refilled.a, refilled.b) == (before - 3 * ML, before)
    (checked,) = bench.events("REFILL_CHECKED")
    assert (checked.a, checked.b, checked.c) == (5 * ML, 8 * ML, before - RESIDUAL)


# trace: S15.1
@at_any_tick
def test_never_less_than_the_residual_was_left():
    bench = after_hours(10)
    bench.ok("refill", withdrawn_pl=20 * ML, fill_pl=5 * ML)
    assert left(bench) == RESIDUAL + 5 * ML


# trace: S15.2
@at_any_tick
def test_nothing_withdrawn_is_said_and_never_guessed():
    bench = after_hours(10)
    before = left(bench)
    assert bench.refused("refill", fill_pl=5 * ML) == "BAD_FIELD"
    assert bench.events("REFILLED") == [] and left(bench) <= before
    before = left(bench)
    bench.ok("refill", withdrawn_pl=0, fill_pl=5 * ML)
    assert left(bench) == before + 5 * ML


# trace: S15.2
@at_any_tick
def test_first_is_taken_once_and_only_before_any_other_fill():
    bench = Bench(RATE, start=False)
    assert bench.refused("refill", withdrawn_pl="first", fill_pl=RESIDUAL) == "BAD_FIELD"
    bench.ok("refill", withdrawn_pl="first", fill_pl=15 * ML)
    assert left(bench) == 15 * ML and bench.events("REFILL_CHECKED") == []
    again = bench.restart()
    for pump in (bench, again):
        assert pump.refused("refill", withdrawn_pl="first", fill_pl=15 * ML) == "BAD_FIELD"
    other = Bench(RATE, start=False)
    other.refill_to(15 * ML)
    assert other.refused("refill", withdrawn_pl="first", fill_pl=15 * ML) == "BAD_FIELD"


# trace: S15.4
@at_any_tick
def test_more_than_the_reservoir_holds_is_taken_with_a_mismatch_and_the_pump_goes_on():
    bench = after_hours(10)
    expected = left(bench) - RESIDUAL
    bench.ok("refill", withdrawn_pl=9 * ML, fill_pl=19_200 * UL)
    assert left(bench) == 20 * ML and bench.state() == "INFUSING"
    assert bench.alarms(ACTIVE) == [] and bench.alarms(LATCHED) == ["REFILL_MISMATCH"]
    (raised,) = bench.events("ALARM_RAISED")
    assert (raised.b, raised.c) == (9 * ML, expected)
    assert "REFILL_MISMATCH" in bench.restart().alarms(LATCHED)
    bench.ok("acknowledge")
    assert bench.alarms() == []


# trace: S15.6
@at_any_tick
def test_forecasts_begin_with_what_is_sure_to_be_there():
    for withdrawn_pl, sure_pl in ((9 * ML, 10_500 * UL), (0, 20 * ML - 100 * UL)):
        bench = after_hours(10)
        fill_pl = 10 * ML if withdrawn_pl else 19_900 * UL - left(bench)
        bench.ok("refill", withdrawn_pl=withdrawn_pl, fill_pl=fill_pl)
        status = bench.status()
        hour = (sure_pl - 2 * ML) * 3600 // ML * 1000
        assert abs(status["low_in_ms"] - hour) < 3000
        again = bench.restart()
        again.start_again()
        assert abs(again.status()["low_in_ms"] - hour) < 1_000_000  # what was reserved counts


# trace: 2011 pocket fill
@at_any_tick
def test_a_refill_that_is_far_off_is_told_by_how_far_it_is():
    for off_ul, verdict in ((300, None), (700, NOTED), (1200, WARNED), (1600, ALARMED)):
        bench = after_hours(10)
        expected = left(bench) - RESIDUAL
        bench.ok("refill", withdrawn_pl=expected - off_ul * UL, fill_pl=ML)
        told = [(e.a, e.c) for e in bench.events("REFILL_NOTED")]
        assert told == ([] if verdict is None else [(verdict, 1)])
        assert bench.alarms(LATCHED) == (["REFILL_MISMATCH"] if verdict == ALARMED else [])
        last = bench.status()["last_refill"]
        assert last["expected_pl"] == expected and last["verdict"] == (verdict or 0)


@at_any_tick
def test_the_third_refill_in_a_row_to_one_side_is_a_trend_also_over_a_restart():
    bench = after_hours(6)
    for n in range(3):
        expected = left(bench) - RESIDUAL
        bench.ok("refill", withdrawn_pl=expected - 350 * UL, fill_pl=19 * ML - 350 * UL)
        assert bench.status()["last_refill"]["in_a_row"] == n + 1
        assert bench.events("REFILL_NOTED")[-1].c == n + 1
        bench = bench.restart()
        bench.start_again()
        bench.run_for(hours=6)
    assert bench.status()["refills"] == 3


# trace: S15.8
@at_any_tick
def test_an_emptied_pump_is_empty_until_it_is_refilled():
    bench = after_hours(10)
    expected = left(bench) - RESIDUAL
    bench.ok("empty", withdrawn_pl=expected)
    assert bench.state() == "EMPTY" and left(bench) == RESIDUAL
    (emptied,) = bench.events("EMPTIED")
    assert (emptied.a, emptied.b) == (expected, expected + RESIDUAL)
    assert bench.events("REFILL_NOTED") == []
    bench.run_for(minutes=10)
    assert bench.alarms(ACTIVE) == ["EMPTY_RESERVOIR", "LOW_RESERVOIR"]
    assert bench.restart().state() == "EMPTY"
    bench.ok("refill", withdrawn_pl=0, fill_pl=19 * ML)
    assert bench.state() == "STOPPED" and left(bench) == 19_500 * UL
    assert bench.events("REFILL_NOTED") == []


@at_any_tick
def test_a_pump_at_rest_is_emptied_too_and_may_be_emptied_again():
    bench = Bench(RATE, start=False)
    assert bench.refused("empty") == "BAD_FIELD"
    assert bench.refused("empty", withdrawn_pl=20 * ML + 1) == "BAD_FIELD"
    assert bench.state() == "STOPPED"
    bench.ok("empty", withdrawn_pl=19_500 * UL)
    assert bench.state() == "EMPTY"
    bench.ok("empty", withdrawn_pl=0)
    assert bench.state() == "EMPTY"
