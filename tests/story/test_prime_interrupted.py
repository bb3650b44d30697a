"""Stories of S9: a prime that is interrupted, and the bridge that was to follow it."""

from firmware.therapy import bridge
from tests.rigs.primed_pump import DAY_MS, DOSE, HIGH, LOW, flushed, given, made, prime
from tests.rigs.pump import UL, at_any_tick


# trace: S9.3
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


# trace: S9.4
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


# trace: S9.7, G6
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
def test_where_water_alone_was_in_the_line_no_bridge_is_in_force_and_none_is_missed():
    bench = made(reservoir={"residual_pl": 0})
    reply = bench.ok(
        "refill",
        withdrawn_pl=20_000 * UL,
        fill_pl=18_000 * UL,
        conc_ng_per_ml=LOW,
        bridge_ng_per_day=DOSE,
    )
    assert reply["bridge"] is None and bench.events("BRIDGE") == []
    prime(bench, 1, 1)
    bench.run_for(minutes=5)
    bench.ok("stop")
    assert bench.status()["unbridged"] == 0 and bench.events("BRIDGE") == []
    bench.ok("start")
    bench.run_for(minutes=1)
    assert bench.state() == "INFUSING" and bench.rate() == 600 * UL


@at_any_tick
def test_a_change_that_is_taken_back_before_a_step_has_left_ends_its_bridge():
    bench = made(LOW, LOW, conc=LOW, start=False, reservoir={"residual_pl": 0})
    for conc in (HIGH, LOW):
        bench.ok(
            "refill",
            withdrawn_pl=20_000 * UL,
            fill_pl=18_000 * UL,
            conc_ng_per_ml=conc,
            bridge_ng_per_day=DOSE,
        )
    assert [event.a for event in bench.events("BRIDGE")] == [bridge.BEGUN, bridge.ENDED]
    bench.ok("start")
    bench.run_for(hours=1)
    assert bench.status()["by_source"]["bridge"] == 0 and bench.rate() == 600 * UL
