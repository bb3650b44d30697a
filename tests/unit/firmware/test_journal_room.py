"""What a person states is refused where the journal would have no room for it."""

import pytest

from firmware.books.slugs import MOST_SLUGS
from firmware.errors import ConfigError
from firmware.field_checks import TEXT, check_value
from firmware.settings import MOST_BYTES, MOST_TOGETHER, check_size
from tests.rigs.pump import ML, UL, Bench

CONC, OTHER = 2_000_000, 1_900_000
DAYS = ("monday", "tuesday", "wednesday")


def steps(count, first=0):
    return [
        [n * 1790 + n % 11, 1_000_000 + (first + n) * 7919 * 31 % 500_000] for n in range(count)
    ]


def flex(count):
    return {"mode": "flex", "steps": steps(count), "safe_dose_ng_per_day": 1_000_000}


WEEKLY = {
    "mode": "weekly",
    "patterns": {day: steps(48, n) for n, day in enumerate(DAYS)},
    "days": [DAYS[day % 3] for day in range(7)],
    "safe_dose_ng_per_day": 1_000_000,
}


def bench_of(program):
    return Bench(
        program=program,
        drug={"conc_ng_per_ml": CONC},
        line={
            "tubing_pl": 200 * UL,
            "catheter_pl": 200 * UL,
            "holds_tubing_ng_per_ml": CONC,
            "holds_catheter_ng_per_ml": CONC,
        },
    )


def refill(bench, conc, dose_ng):
    return bench.send(
        "refill",
        withdrawn_pl=20 * ML,
        fill_pl=19 * ML,
        conc_ng_per_ml=conc,
        bridge_ng_per_day=dose_ng,
    )


def test_a_bridge_that_follows_a_long_program_is_refused_and_one_of_a_dose_a_day_is_taken():
    bench = bench_of(WEEKLY)
    reply = refill(bench, OTHER, 0)
    assert reply["error"] == "BAD_FIELD"
    assert "bridge_ng_per_day" in reply["message"] and "state one dose a day" in reply["message"]
    assert bench.pump.books.line.bridge is None
    assert bench.pump.books.epoch.conc_ng_per_ml == CONC
    assert refill(bench, OTHER, 1_200_000)["ok"] == 1
    with pytest.raises(ConfigError, match="state one dose a day"):
        bench.pump.kept_program.check_bridge(WEEKLY, "bridge_dose.dose_ng_per_day")


def test_a_bridge_and_a_program_have_room_together_or_the_program_is_refused():
    bench = bench_of(flex(48))
    assert refill(bench, OTHER, 0)["ok"] == 1
    bridge = bench.pump.books.line.bridge
    assert bridge == flex(48)
    check = bench.pump.kept_program.check_size
    check(flex(40), bridge)
    with pytest.raises(ConfigError, match=r"bytes in the journal.*at most"):
        check(WEEKLY, bridge)


def test_the_own_program_of_a_configuration_may_be_longer_but_no_stage_of_it():
    check_size(WEEKLY, True)
    with pytest.raises(ConfigError, match="at most %d" % MOST_BYTES):
        check_size(WEEKLY, False)
    plan = {"mode": "plan", "stages": [{"days": 1, "program": WEEKLY}]}
    with pytest.raises(ConfigError, match="at most %d" % MOST_BYTES):
        check_size(plan, True)


def test_a_bridge_of_one_dose_goes_with_any_program():
    check_size(WEEKLY, True, {"mode": "continuous", "dose_ng_per_day": 10**12})
    assert MOST_TOGETHER - MOST_BYTES >= 20


def test_a_refill_with_another_drug_is_refused_once_the_line_holds_as_many_as_it_can():
    bench = bench_of({"mode": "continuous", "dose_ng_per_day": 1_000_000})
    conc = CONC
    while len(bench.pump.books.line._slugs) < MOST_SLUGS:
        conc -= 1000
        assert refill(bench, conc, 1_000_000)["ok"] == 1
        bench.run_for(minutes=6)
    reply = refill(bench, conc - 1000, 1_000_000)
    assert reply["error"] == "NOT_NOW" and "the line holds 8 contents" in reply["message"]
    assert bench.pump.books.epoch.conc_ng_per_ml == conc
    assert bench.ok("refill", withdrawn_pl=20 * ML, fill_pl=19 * ML, conc_ng_per_ml=None)


@pytest.mark.parametrize("text", ["x" * 100, "ü" * 50, "\u20ac" * 33, "\U0001f489" * 25])
def test_a_text_is_bounded_by_its_bytes(text):
    check_value("drug.name", text, TEXT)
    with pytest.raises(ConfigError, match="100 bytes"):
        check_value("drug.name", text + "\u20ac", TEXT)
