"""Golden rows of therapy that no other story has: what laminar flow brings while priming, a
concentration that is typed ten times too low, and how long a stall goes unseen at each rate.
"""

from tests.rigs.primed_pump import HIGH, LOW, given, made, prime
from tests.rigs.pump import ML, UL, Bench, at_any_tick

PATH_PL, PRIME_MS = 272 * UL, 979_200
RINGS = 100
UG, DAY_S, DAY_MS = 1000, 86_400, 86_400_000


def laminar_ng(pumped_pl, conc):
    """What a line without diffusion has let out, ring by ring of its cross-section, each of the
    same area: the fluid in the middle is twice as fast as the mean, that at the wall stands still.
    """
    out_pl = 0
    for n in range(RINGS):
        travelled_pl = pumped_pl * (2 * RINGS - 2 * n - 1) // RINGS  # 2 (1 - r^2), of the middle
        out_pl += max(0, travelled_pl - PATH_PL)
    return out_pl * conc // (RINGS * ML)


# trace: G32
@at_any_tick
def test_a_prime_counts_from_half_on_and_never_less_than_laminar_flow_brings():
    for conc, path_ug, brought_ug in ((LOW, 136, 34), (HIGH, 544, 136)):
        assert abs(laminar_ng(PATH_PL, conc) - brought_ug * UG) < 10  # 25 % of what the path holds
        assert laminar_ng(PATH_PL // 2, conc) == 0 < laminar_ng(PATH_PL * 51 // 100, conc)
        late_ng = laminar_ng(20 * PATH_PL, conc)
        missing_ng = late_ng - 19 * path_ug * UG  # against plug flow, once all has arrived
        assert 0 <= missing_ng < brought_ug * UG // 15, "what came early is missing afterwards"
        bench = made(tubing=0, conc=conc, start=False)
        prime(bench, 1, 1)
        for n in range(1, 13):
            bench.run_for(ms=PRIME_MS // 12)
            counted_ng = bench.status()["counted_ng"]
            assert counted_ng >= laminar_ng(given(bench) * 3125, conc)
            assert (counted_ng > 0) == (n > 6), "from 489.6 s on"
        assert counted_ng == path_ug * UG // 2


# trace: G33
@at_any_tick
def test_a_concentration_typed_ten_times_too_low_gives_ten_times_the_dose_and_12_days_of_120():
    """The pump cannot know it. What shows is the rate, and how early the next refill is."""
    true_conc, days = 2_000_000, {}
    for typed in (2_000_000, 200_000):
        bench = Bench(
            program={"mode": "continuous", "dose_ng_per_day": 300 * UG},
            drug={"conc_ng_per_ml": typed},
            reservoir={"capacity_pl": 20 * ML, "fill_pl": 20 * ML, "low_pl": 2 * ML},
            limits={"max_dose_24h_ng": 400 * UG, "max_dose_1h_ng": 400 * UG},
        )
        assert bench.rate() == 300 * UG * ML // typed
        days[typed] = bench.status()["low_in_ms"] / DAY_MS
        bench.run_for(days=1)
        given_ng = bench.emitted() * 3125 * true_conc // ML
        assert abs(given_ng - 300 * UG * true_conc // typed) < 7
    assert days == {2_000_000: 120, 200_000: 12}


# trace: G34
@at_any_tick
def test_a_stall_goes_unseen_for_72_s_at_150_for_225_s_at_48_and_for_30_min_at_6_ul_a_day():
    for rate, seen_s in ((150 * UL, 72), (48 * UL, 225), (6 * UL, 1800)):
        assert seen_s * rate == 40 * 3125 * DAY_S
        bench = Bench(rate, limits={"stall_steps": 40})
        bench.fault("stall")
        begun_ms = bench.now_ms()
        bench.run_for(s=seen_s - 1)
        assert bench.alarms() == [], rate
        bench.run_for(s=10)
        (raised,) = bench.raised("MOTOR_STALL")
        assert seen_s * 1000 <= raised - begun_ms <= seen_s * 1000 + 8000
        assert bench.emitted() <= 44
