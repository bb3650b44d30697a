"""Stories of S9, the prime: fast, by volume, never more than is missing. The golden cases of the
formula: a tubing of 140 uL, a catheter of 132 uL, 24 mL/day, 500 or 2000 ug/mL.
"""

from boards.rpi_pico import BOARD
from firmware.errors import PumpError
from firmware.guard import gate
from hal.contract import DOOR
from tests.rigs.primed_pump import DAY_MS, DOSE, HIGH, LOW, ask, given, made, prime
from tests.rigs.pump import UL, at_any_tick


def golden(conc, tubing, holds, volume_pl, lasts_ms, counted_ng):
    bench = made(tubing=holds, conc=conc, start=False)
    shown = ask(bench, tubing, 1)
    assert (shown["volume_pl"], shown["lasts_ms"]) == (volume_pl, lasts_ms)
    assert shown["consequence_ng"] == counted_ng
    begun_ms = bench.now_ms()
    prime(bench, tubing, 1)
    assert bench.state() == "INFUSING"
    bench.run_for(ms=lasts_ms - 1)
    steps = volume_pl // 3125
    assert bench.emitted() == given(bench) == steps - 1
    bench.run_for(ms=1)
    assert bench.emitted() == given(bench) == steps
    (ended,) = bench.events("PRIME_ENDED")
    assert (ended.at_ms, ended.a, ended.b, ended.c) == (begun_ms + lasts_ms, steps, steps, 1)
    status = bench.status()
    assert status["tip_ng"] == 0 and status["line"] == [[272 * UL, conc]]
    assert status["counted_ng"] == status["primed_24h_ng"] == counted_ng
    bench.run_for(ms=DAY_MS)
    status = bench.status()
    assert status["tip_ng"] == DOSE and status["counted_ng"] == DOSE + counted_ng
    assert given(bench) == steps and bench.alarms() == []


# trace: S2.2, S2.3, G4
@at_any_tick
def test_a_new_pump_and_catheter_take_272_ul_in_979_s_of_which_half_count():
    golden(LOW, 1, 0, 272 * UL, 979_200, 68_000)
    golden(HIGH, 1, 0, 272 * UL, 979_200, 272_000)


# trace: S2.2, S2.3, G5
@at_any_tick
def test_after_a_back_table_prime_the_catheter_alone_takes_132_ul_in_475_s():
    golden(LOW, 0, LOW, 132 * UL, 475_200, 33_000)
    golden(HIGH, 0, HIGH, 132 * UL, 475_200, 132_000)


# trace: S9.2, 2013 priming bolus
@at_any_tick
def test_a_prime_within_a_run_takes_only_what_the_program_has_left_missing():
    bench = made(start=True)
    bench.run_for(hours=4)  # 50 ug, 25 uL
    before = bench.emitted()
    prime(bench, 1, 1)
    left_ms = bench.pump.demand.overlays.running.end_ms - bench.now_ms()
    bench.run_for(ms=left_ms)
    assert given(bench) == 87_040 - before
    assert bench.status()["line"] == [[272 * UL, HIGH]]
    assert bench.emitted() in (87_040, 87_041)  # what the basal still owed
    bench.run_for(hours=1)
    assert bench.rate() == 150 * UL and bench.alarms() == []


# trace: S9.1, S9.7
@at_any_tick
def test_a_statement_that_the_line_contradicts_is_refused_and_changes_nothing():
    for holds, asked, why in (
        ((HIGH, 0), (1, 1), "the tubing holds drug"),
        ((0, 0), (0, 1), "the tubing holds no drug"),
        ((HIGH, HIGH), (0, 1), "the catheter holds drug"),
        ((HIGH, HIGH), (1, 0), "the tubing holds drug"),
        ((0, HIGH), (1, 0), "it would push old drug"),
        ((0, HIGH), (1, 1), "it would push old drug"),
        ((0, LOW), (1, 0), "it would push old drug"),
        ((0, 0), (0, 0), "ask for tubing"),
    ):
        bench = made(*holds, start=False)
        before = bench.status()["line"]
        reply = bench.send("prime", tubing=asked[0], catheter=asked[1], counted_ng=0)
        assert reply["error"] == "NOT_NOW" and why in reply["message"], reply
        assert bench.state() == "STOPPED" and bench.status()["line"] == before
        assert bench.events("PRIME_BEGUN") == []


# trace: G6
@at_any_tick
def test_the_tubing_alone_may_be_primed_before_the_catheter_is_put_on():
    bench = made(start=False)
    assert prime(bench, 1, 0)["counted_ng"] == 8000  # 4 of 140 uL lie beyond half of 272
    bench.run_for(ms=504_000)
    assert given(bench) == 44_800
    assert bench.status()["line"] == [[132 * UL, 0], [140 * UL, HIGH]]
    assert bench.alarms() == []


@at_any_tick
def test_a_prime_states_what_nobody_knew():
    bench = made(tubing=None, catheter=None, start=False)
    prime(bench, 1, 1)
    bench.run_for(ms=979_200)
    assert bench.status()["tip_ng"] == 0 and given(bench) == 87_040


# trace: S9.5
@at_any_tick
def test_a_prime_is_judged_by_its_own_limit_and_without_one_there_is_none():
    for most_ng, conc, ok in ((272_000, HIGH, 1), (271_999, HIGH, 0), (None, LOW, 0)):
        bench = made(conc=conc, start=False, limits={"max_prime_ng": most_ng})
        reply = ask(bench, 1, 1)
        if ok:
            assert reply["error"] == "BAD_FIELD"
            continue
        assert reply["error"] == "GATE" and reply["reason"] == gate.NAMES[gate.MAX_PRIME]
        assert "limits.max_prime" in reply["message"]
        assert bench.refused("prime", tubing=1, catheter=1, counted_ng=272_000) == "GATE"
        assert bench.state() == "STOPPED"


# trace: S9.5
@at_any_tick
def test_a_prime_is_confirmed_with_what_it_counts_and_with_nothing_else():
    bench = made(start=False)
    shown = ask(bench, 1, 1)
    assert "272 ug" in shown["message"] and "16 min" in shown["message"]
    assert bench.refused("prime", tubing=1, catheter=1, counted_ng=136_000) == "BAD_FIELD"
    assert bench.refused("prime", tubing=1, catheter=1, counted_ng=280_000) == "BAD_FIELD"
    bench.ok("prime", tubing=1, catheter=1, counted_ng=272_000)


# trace: S9.6
@at_any_tick
def test_what_a_prime_counts_lowers_boluses_for_a_day_and_the_basal_never():
    bench = made(limits={"max_dose_24h_ng": 600_000, "max_dose_1h_ng": 100_000}, start=False)
    prime(bench, 1, 1)
    bench.run_for(ms=979_200 + 3_600_000 + 60_001)  # it has left the hour
    bench.ok("bolus", dose_ng=10_000, duration_ms=600_000)
    bench.run_for(hours=20)  # 272 + 10 + 253 ug within 24 h, and what comes within 10 min
    assert bench.refused("bolus", dose_ng=65_000, duration_ms=600_000) == "GATE"
    assert bench.rate() == 150 * UL and "DOSE_CAP" not in bench.alarms()
    bench.run_for(hours=5)
    bench.ok("bolus", dose_ng=65_000, duration_ms=600_000)
    assert bench.events("RATE", since_ms=979_300)[0].c == gate.PERMITTED


@at_any_tick
def test_within_the_hour_of_a_prime_a_bolus_is_refused_by_the_cap():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=5)
    reply = bench.send("bolus", dose_ng=1000, duration_ms=600_000)
    assert reply["reason"] == "BOLUS_RUNNING"
    bench.run_for(minutes=20)
    reply = bench.send("bolus", dose_ng=1000, duration_ms=600_000)
    assert reply["reason"] == "DOSE_CAP_1H" and reply["measured"] > 272_000


@at_any_tick
def test_no_bolus_and_no_program_change_comes_within_a_prime():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=1)
    assert bench.refused("cancel_bolus") == "NOT_NOW"
    program = {"mode": "continuous", "dose_ng_per_day": DOSE // 2}
    assert bench.refused("set_program", program=program) == "NOT_NOW"
    again = bench.send("prime", tubing=1, catheter=1, counted_ng=272_000)
    assert again["reason"] == "BOLUS_RUNNING"
    bench.run_for(minutes=20)
    bench.ok("set_program", program=program)


@at_any_tick
def test_a_prime_starts_the_run_only_where_start_would():
    bench = made(start=False, board=dict(BOARD, pins=dict(BOARD["pins"], door="GP11")))
    bench.press(DOOR)
    assert bench.refused("prime", tubing=1, catheter=1, counted_ng=272_000) == "NOT_NOW"
    assert bench.state() == "STOPPED"


# trace: S7.3
@at_any_tick
def test_the_monitor_allows_the_steps_of_a_prime_once_and_stops_what_goes_beyond():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=18)
    volumes = bench.pump.volumes
    assert volumes.is_whole() and volumes._allowed_steps == 0
    bench.run_for(hours=30)
    assert bench.state() == "INFUSING"
    bench.hal.driver.slip(10_000)
    bench.run_for(s=5)
    assert bench.state() == "FAULT"


@at_any_tick
def test_a_configuration_is_not_adopted_within_a_prime():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=1)
    try:
        bench.pump.adopt(dict(bench.pump.settings.config), bench.now_ms())
    except PumpError as error:
        assert "a prime is running" in str(error)
    else:
        raise AssertionError("it was adopted")
    bench.run_for(minutes=20)
    assert given(bench) == 87_040
