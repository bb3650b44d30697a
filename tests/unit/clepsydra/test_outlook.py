"""What a program means: held to arithmetic by the minute that shares no code with it, and to what
the pump itself says.
"""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from clepsydra.prescription.outlook import most_in, outlook
from clepsydra.prescription.side_by_side import Situation, rows
from firmware.link.canonical import canonical, digest
from firmware.link.identity import PROGRAM
from host_sim.scenario.load import load
from tests.rigs.driven_pump import FLEX_WEEK
from tests.rigs.pump import Bench
from tests.story.test_staging import stage

CONFIG = load(FLEX_WEEK).config
CONC = CONFIG["drug"]["conc_ng_per_ml"]
MINUTES = 1440

starts = st.lists(st.integers(0, MINUTES - 1), min_size=1, max_size=8, unique=True).map(sorted)


@st.composite
def days(draw):
    """[[start_s, ng/day]] on whole minutes."""
    return [[minute * 60, draw(st.integers(0, 2_000_000))] for minute in draw(starts)]


@st.composite
def sections(draw):
    if draw(st.booleans()):
        return {"mode": "flex", "safe_dose_ng_per_day": 0, "steps": draw(days())}
    patterns = {"a": draw(days()), "b": draw(days())}
    week = draw(st.lists(st.sampled_from(["a", "b"]), min_size=7, max_size=7))
    return {"mode": "weekly", "safe_dose_ng_per_day": 0, "patterns": patterns, "days": week}


def by_minute(section):
    """The rate of each minute of the cycle, pL/day, by going through its days."""
    if section["mode"] == "flex":
        pattern = [section["steps"]]
    else:
        pattern = [section["patterns"][name] for name in section["days"]]
    last = pattern[-1][-1][1]
    found = []
    for day in pattern:
        begins = {start // 60: dose for start, dose in day}
        for minute in range(MINUTES):
            last = begins.get(minute, last)
            found.append(last * 10**9 // CONC)
    return found


@settings(max_examples=60)
@given(sections())
def test_doses_of_days_and_windows_are_those_that_come_of_going_through_the_minutes(section):
    meant, rates = outlook(section, CONFIG), by_minute(section)
    in_day = [
        sum(rates[start : start + MINUTES]) for start in range(0, len(rates), MINUTES)
    ]  # pL/day * min
    assert meant.daily_pl == max(in_day) // MINUTES
    assert meant.mean_pl == sum(rates) // len(rates)
    twice = rates * 2
    for minutes, most_pl in ((60, meant.most_1h_pl), (MINUTES, meant.most_24h_pl)):
        window = sum(twice[:minutes])
        most = window
        for begin in range(len(rates)):
            window += twice[begin + minutes] - twice[begin] if begin + minutes < len(twice) else 0
            most = max(most, window)
        assert most_pl == most // MINUTES


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), min_size=1, max_size=6),
    st.integers(1, 20),
)
def test_the_most_in_a_span_is_that_of_sliding_it_along_in_thirds(pieces, span_ms):
    cycle = [rate for rate, ms in pieces for _ in range(3 * ms)]
    if span_ms * 3 > len(cycle):
        return
    twice = cycle * 2
    most = max(sum(twice[n : n + 3 * span_ms]) for n in range(len(cycle)))
    day = 86_400_000
    scaled = [(rate * day * 7, ms) for rate, ms in pieces]
    assert most_in(scaled, span_ms) == Fraction(most * 7, 3)


def test_the_pump_and_the_programmer_say_the_same_of_the_refill(driven, pump):
    pump.set_clock()
    pump.start()
    driven.run(6 * 3_600_000)
    status, meant = pump.status(), outlook(pump.program(), CONFIG)
    situation = Situation(CONFIG, status)
    volume_pl = situation.until_low_pl(meant)
    raw = status.raw
    assert abs(volume_pl - (raw["residual_pl"] - CONFIG["reservoir"]["low_pl"])) <= 10_000_000
    lasts_ms = meant.lasts_ms(volume_pl, situation.local_ms, raw["bolus_pl_per_day"])
    assert abs(lasts_ms - raw["low_in_ms"]) <= 1000
    (refill,) = [row for row in rows(meant, meant, situation) if row[0] == "refill by"]
    assert refill[1] == refill[2]


def test_the_dose_that_confirms_a_start_is_the_one_that_the_pump_wants(driven, pump):
    pump.set_clock()
    pump.start()
    driven.run(60_000)
    driven.run(1000, fault={"kind": "power_cut", "lasts_ms": 500})
    driven.run(1000)
    meant = outlook(pump.program(), CONFIG)
    assert meant.daily_ng == 400_000
    pump.session.ask("start", confirm_dose_ng_per_day=meant.daily_ng)
    assert pump.status().state == "INFUSING"


@settings(max_examples=60)
@given(section=sections(), percent=st.lists(st.integers(82, 114), max_size=4))
def test_the_daily_doses_that_the_pump_answers_to_what_is_staged_are_those_that_are_shown(
    section, percent
):
    stages, dose_ng = [], 100_000
    for change in percent:
        stages.append({"mode": "continuous", "dose_ng_per_day": dose_ng})
        dose_ng = dose_ng * change // 100
    plan = {
        "mode": "plan",
        "advance": "auto",
        "origin": "cerebral",
        "stages": [{"days": 2, "program": program} for program in stages],
    }
    bench = Bench(start=False, stored=canonical(CONFIG))
    for asked in (section, plan) if stages else (section,):
        told = stage(bench, PROGRAM, asked)
        assert told["ok"] == 1, told
        shown = [outlook(asked, CONFIG, n).daily_ng for n in range(len(told["daily"]))]
        assert len(shown) == len(asked.get("stages", [asked]))
        for mine, pumps in zip(shown, told["daily"], strict=True):
            assert abs(mine - pumps) <= 1  # each rate is rounded down by itself
        assert told["now"] == digest(CONFIG["program"])[:16]
