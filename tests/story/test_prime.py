"""Stories of S9, the prime: fast, by volume, never more than is missing. The golden cases of the
formula: a tubing of 140 uL, a catheter of 132 uL, 24 mL/day, 500 or 2000 ug/mL.
"""

from boards.rpi_pico import BOARD
from firmware.errors import PumpError
from firmware.guard import gate
from firmware.therapy import bridge
from hal.contract import DOOR
from tests.rigs.pump import UL, Bench, at_any_tick

LOW, HIGH = 500_000, 2_000_000  # ng/mL
DOSE = 300_000  # ng/day
DAY_MS = 86_400_000
TUBING, CATHETER = 140 * UL, 132 * UL
CAPS = {"max_dose_1h_ng": 40_000, "max_dose_24h_ng": 400_000, "max_prime_ng": 300_000}


def made(tubing=0, catheter=0, conc=HIGH, start=True, tolerance_ppt=0, **changes):
    limits = dict(CAPS, **changes.pop("limits", {}))
    line = {
        "tubing_pl": TUBING,
        "catheter_pl": CATHETER,
        "tolerance_ppt": tolerance_ppt,
        "holds_tubing_ng_per_ml": tubing,
        "holds_catheter_ng_per_ml": catheter,
    }
    return Bench(
        program={"mode": "continuous", "dose_ng_per_day": DOSE},
        drug={"conc_ng_per_ml": conc},
        line=line,
        limits=limits,
        start=start,
        **changes,
    )


def ask(bench, tubing, catheter):
    """The reply to a prime that nobody has confirmed."""
    return bench.send("prime", tubing=tubing, catheter=catheter)


def prime(bench, tubing, catheter):
    """The prime is confirmed with what it counts."""
    shown = ask(bench, tubing, catheter)
    assert shown["error"] == "BAD_FIELD", shown
    return bench.ok("prime", tubing=tubing, catheter=catheter, counted_ng=shown["consequence_ng"])


def given(bench):
    return bench.status()["by_source"]["prime"]


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


@at_any_tick
def test_a_new_pump_and_catheter_take_272_ul_in_979_s_of_which_half_count():
    golden(LOW, 1, 0, 272 * UL, 979_200, 68_000)
    golden(HIGH, 1, 0, 272 * UL, 979_200, 272_000)


@at_any_tick
def test_after_a_back_table_prime_the_catheter_alone_takes_132_ul_in_475_s():
    golden(LOW, 0, LOW, 132 * UL, 475_200, 33_000)
    golden(HIGH, 0, HIGH, 132 * UL, 475_200, 132_000)


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
        ((0, 0), (0, 0), "neither"),
    ):
        bench = made(*holds, start=False)
        before = bench.status()["line"]
        reply = bench.send("prime", tubing=asked[0], catheter=asked[1], counted_ng=0)
        assert reply["error"] == "NOT_NOW" and why in reply["message"], reply
        assert bench.state() == "STOPPED" and bench.status()["line"] == before
        assert bench.events("PRIME_BEGUN") == []


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


@at_any_tick
def test_a_prime_is_confirmed_with_what_it_counts_and_with_nothing_else():
    bench = made(start=False)
    shown = ask(bench, 1, 1)
    assert "272 ug" in shown["message"] and "16 min" in shown["message"]
    assert bench.refused("prime", tubing=1, catheter=1, counted_ng=136_000) == "BAD_FIELD"
    assert bench.refused("prime", tubing=1, catheter=1, counted_ng=280_000) == "BAD_FIELD"
    bench.ok("prime", tubing=1, catheter=1, counted_ng=272_000)


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
def test_a_stop_interrupts_a_prime_and_a_new_one_covers_the_rest_only():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=5)
    bench.ok("stop")
    first = given(bench)
    assert first == 300_000 * 87_040 // 979_200
    bench.run_for(s=1)
    (raised,) = bench.events("ALARM_RAISED")
    missing_pl = 272 * UL - first * 3125
    assert (raised.b, raised.c) == (missing_pl, -(-missing_pl * 24 // (150 * UL)))
    assert bench.alarms() == ["PRIME_INCOMPLETE"]
    bench.ok("start")
    bench.run_for(minutes=1)
    assert given(bench) == first and bench.rate() == 150 * UL  # it does not go on by itself
    basal = bench.emitted() - first
    prime(bench, 1, 1)
    bench.run_for(minutes=15)
    assert given(bench) == 87_040 - basal
    assert bench.alarms(1) == []  # the condition has gone


@at_any_tick
def test_after_the_tubing_was_filled_the_same_question_covers_the_rest_of_the_catheter():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=12)
    bench.ok("stop")
    prime(bench, 1, 1)
    bench.run_for(minutes=5)
    assert given(bench) == 87_040 and bench.status()["line"] == [[272 * UL, HIGH]]


@at_any_tick
def test_an_interrupted_prime_is_over_once_the_basal_has_brought_the_drug():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=16)
    bench.ok("stop")
    bench.ok("start")
    bench.run_for(minutes=30)
    assert bench.alarms(1) == ["PRIME_INCOMPLETE"] and bench.status()["prime_short_pl"] > 0
    bench.run_for(hours=1)
    assert bench.alarms(1) == [] and bench.status()["prime_short_pl"] == 0


@at_any_tick
def test_a_power_cut_ends_a_prime_for_good_and_its_dose_stays_counted():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=10)
    counted = bench.status()["primed_24h_ng"]
    assert counted > 50_000
    again = bench.restart(cause=3)
    status = again.status()
    assert given(again) <= given(bench) <= given(again) + status["unproven_steps"]
    assert status["state"] == "STOPPED"
    assert status["prime_left_pl"] == 0 and status["primed_24h_ng"] >= counted
    assert "PRIME_INCOMPLETE" in again.alarms()
    (ended,) = again.events("PRIME_ENDED")
    assert ended.c == 0
    first = given(again)
    again.start_again()
    again.run_for(hours=2)
    assert again.state() == "INFUSING" and again.rate() == 150 * UL
    assert given(again) == first


def flushed(bench):
    """The catheter of a pump with old drug was flushed, and it was refilled with another."""
    bench.ok("stop")
    bench.ok("catheter_flushed", aspirated_pl=CATHETER, injected_pl=CATHETER, with_ng_per_ml=0)
    bench.ok(
        "refill",
        withdrawn_pl=19_000 * UL,
        fill_pl=18_000 * UL,
        conc_ng_per_ml=HIGH,
        bridge_ng_per_day=DOSE,
    )


@at_any_tick
def test_a_bridge_waits_for_the_prime_of_the_catheter_and_then_gives_the_old_dose():
    bench = made(LOW, LOW, conc=LOW, reservoir={"residual_pl": 0})
    bench.run_for(hours=1)
    flushed(bench)
    prime(bench, 0, 1)
    bench.run_for(ms=475_200)
    assert given(bench) == 42_240
    tip_ng, begun_ms = bench.status()["tip_ng"], bench.now_ms()
    bench.run_for(minutes=1)
    assert bench.rate() == 600 * UL  # 300 ug/day at 500 ug/mL
    bench.run_for(hours=8)
    assert bench.rate() == 150 * UL
    due_ng = DOSE * (bench.now_ms() - begun_ms) // DAY_MS
    assert abs(bench.status()["tip_ng"] - tip_ng - due_ng) <= 7
    assert bench.status()["by_source"]["bridge"] == 44_800


@at_any_tick
def test_an_interrupted_prime_drops_its_bridge_and_start_waits_for_an_answer():
    for answer in ("bridge", "left out"):
        bench = made(LOW, LOW, conc=LOW, reservoir={"residual_pl": 0})
        bench.run_for(hours=1)
        flushed(bench)
        prime(bench, 0, 1)
        bench.run_for(minutes=3)
        bench.ok("stop")
        assert bench.events("BRIDGE")[-1].a == bridge.DROPPED
        assert bench.status()["bridge"] is None and bench.status()["unbridged"] == 1
        assert bench.refused("start") == "NOT_NOW"
        assert bench.refused("prime", tubing=0, catheter=1, counted_ng=0) == "NOT_NOW"
        again = bench.restart(drug={"conc_ng_per_ml": LOW})
        assert again.refused("start", confirm_dose_ng_per_day=DOSE) == "NOT_NOW"
        if answer == "bridge":
            again.ok("bridge_dose", dose_ng_per_day=DOSE)
        else:
            reply = again.send("bridge_dose")
            again.ok("bridge_dose", no_bridge_ng=reply["consequence_ng"])
        again.ok("start", confirm_dose_ng_per_day=DOSE)
        prime(again, 0, 1)
        again.run_for(minutes=10)
        assert given(again) == 42_240
        assert again.rate() == (600 * UL if answer == "bridge" else 150 * UL)


@at_any_tick
def test_a_new_pump_on_a_catheter_full_of_drug_gives_the_tubing_by_bridge_and_primes_behind_it():
    bench = made(tubing=0, catheter=LOW, start=False)
    reply = bench.send("prime", tubing=1, catheter=0)
    assert reply["error"] == "NOT_NOW" and "66 ug" in reply["message"]
    bench.ok("bridge_dose", dose_ng_per_day=DOSE)
    bench.ok("start")
    bench.run_for(ms=20_160_000 - 1)  # 140 uL at 600 uL/day
    assert bench.rate() == 600 * UL and bench.status()["bridge"]["left_steps"] == 1
    bench.run_for(ms=1)
    status = bench.status()
    assert status["by_source"]["bridge"] == 44_800 and status["tip_ng"] == 66_000
    assert status["line"] == [[132 * UL, 0], [140 * UL, HIGH]]
    bench.run_for(ms=1)
    assert bench.rate() == 150 * UL
    prime(bench, 0, 1)
    bench.run_for(minutes=8)
    assert bench.status()["line"] == [[272 * UL, HIGH]]
    assert bench.alarms() == []


@at_any_tick
def test_with_the_same_drug_in_the_catheter_the_tubing_goes_by_bridge_too():
    bench = made(tubing=0, catheter=HIGH, start=False)
    bench.ok("bridge_dose", dose_ng_per_day=DOSE)
    bench.ok("start")
    bench.run_for(hours=23)
    status = bench.status()
    assert status["by_source"]["bridge"] == 44_800 and status["bridge"] is None


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
def test_a_stall_interrupts_a_prime_and_the_program_alone_is_tried_again():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=5)
    bench.fault("stall", lasts_ms=30_000)
    bench.run_for(s=10)
    assert bench.state() == "STALLED" and "PRIME_INCOMPLETE" in bench.alarms()
    first = given(bench)
    bench.run_for(minutes=20)
    assert bench.state() == "INFUSING" and given(bench) == first and bench.rate() == 150 * UL


@at_any_tick
def test_a_stall_in_a_prime_before_a_bridge_stops_the_pump():
    bench = made(LOW, LOW, conc=LOW, reservoir={"residual_pl": 0})
    bench.run_for(hours=1)
    flushed(bench)
    prime(bench, 0, 1)
    bench.run_for(minutes=3)
    bench.fault("stall", lasts_ms=30_000)
    bench.run_for(minutes=20)
    assert bench.state() == "STOPPED"
    assert sorted(bench.alarms()) == ["MOTOR_STALL", "PRIME_INCOMPLETE"]
    assert bench.refused("start") == "NOT_NOW"


@at_any_tick
def test_a_loop_that_was_held_up_interrupts_a_prime_and_the_program_goes_on():
    bench = made(start=False)
    prime(bench, 1, 1)
    bench.run_for(minutes=5)
    bench.hang(6_000)
    first = given(bench)
    assert bench.state() == "INFUSING" and bench.rate() == 150 * UL
    bench.run_for(minutes=20)
    assert given(bench) == first < 87_040
    assert sorted(bench.alarms()) == ["PRIME_INCOMPLETE", "UNDERRUN"]


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
