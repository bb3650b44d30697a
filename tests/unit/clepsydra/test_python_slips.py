"""No wrong dose by typing in Python: the slips of the command line and of the page, each refused,
or told with its consequence in words and not sent before that was confirmed by its value.
"""

import functools

import pytest

from clepsydra import confirmed_pump
from clepsydra.confirmed_pump import ConfirmedPump
from clepsydra.errors import BadInput, NotConfirmed, Refused
from clepsydra.prescription.outlook import outlook
from clepsydra.prescription.program_file import read_program_file
from clepsydra.pump import remote_pump
from clepsydra.pump.remote_pump import refill_fields
from clepsydra.pump.therapy_commands import Concentration
from tests.rigs.driven_pump import FLEX_WEEK, DrivenPump
from tests.unit.clepsydra.test_slips import (
    BAD_AMOUNTS,
    BAD_PROGRAMS,
    BAD_REFILLS,
    BAD_TIMES,
    NO_CONFIRMATION,
    PLAUSIBLE,
    PLAUSIBLE_PROGRAMS,
    PLAUSIBLE_REFILLS,
    PROGRAM,
)

# Of the plausible ones: which limit of the pump is passed, in its words
BEYOND = {
    ("200 ug", "10 min"): "DOSE_CAP_1H",
    ("20 mg", "10 min"): "PUMP_MAXIMUM",
    ("2000 ug", "1 d"): "DOSE_CAP",
    ("20 ug", "10 s"): "PUMP_MAXIMUM",
}


def pump_of(driven):
    """As clepsydra.connect gives it."""
    return ConfirmedPump(driven.session(), "sim:test")


def told(text):
    return " ".join(text.replace("WARNING: ", "").removeprefix("WARNING ").split())


def not_confirmed(work, *words, **options):
    """Nothing is sent, and the words are said."""
    with pytest.raises(NotConfirmed) as refused:
        work(**options)
    for text in (*words, "nothing was sent"):
        assert told(text) in told(str(refused.value)), str(refused.value)
    return str(refused.value)


def test_the_tables_have_60_slips_and_more_that_go_through_command_page_and_python():
    refused = len(BAD_AMOUNTS) + len(BAD_TIMES) + len(BAD_PROGRAMS) + len(BAD_REFILLS)
    assert refused >= 60
    assert len(PLAUSIBLE) + len(PLAUSIBLE_PROGRAMS) + len(PLAUSIBLE_REFILLS) >= 22


def test_python_refuses_the_same_amounts_times_and_refills(shared):
    pump = pump_of(shared)
    for amount, named in BAD_AMOUNTS.items():
        with pytest.raises(BadInput) as refused:
            pump.bolus(amount, over="10 min", confirm=amount)
        assert named in str(refused.value)
    for time, named in BAD_TIMES.items():
        with pytest.raises(BadInput) as refused:
            pump.bolus("20 ug", over=time, confirm="20 ug")
        assert named in str(refused.value)
    for fill, withdrawn, named in BAD_REFILLS:
        with pytest.raises(BadInput) as refused:
            pump.refill(fill, withdrawn, confirm=fill)
        assert named in str(refused.value)
    assert shared.changes == []


def test_a_plausible_slip_is_told_with_its_consequence_and_not_sent_unconfirmed(shared):
    pump = pump_of(shared)
    for amount, over, consequence in PLAUSIBLE:
        said = not_confirmed(functools.partial(pump.bolus, amount, over), consequence)
        assert "Flex week (sim:test, serial sim-1)" in said
        bolus = functools.partial(pump.bolus, amount, over)
        not_confirmed(bolus, consequence, confirm="7 ug")  # as another one was meant
    assert shared.changes == []


def test_only_the_dose_itself_confirms_a_bolus(shared):
    pump = pump_of(shared)
    for typed in NO_CONFIRMATION:
        not_confirmed(functools.partial(pump.bolus, "20 ug", "10 min"), confirm=typed)
    assert shared.changes == []


def test_a_plausible_slip_at_a_refill_is_told(shared):
    pump = pump_of(shared)
    for fill, withdrawn, consequence in PLAUSIBLE_REFILLS:
        not_confirmed(functools.partial(pump.refill, fill, withdrawn), consequence)
        not_confirmed(functools.partial(pump.refill, fill, withdrawn), confirm="14 mL")
    assert shared.changes == []


@pytest.mark.parametrize(("right", "wrong", "first", "second"), PLAUSIBLE_PROGRAMS)
def test_a_program_with_a_plausible_slip_is_not_confirmed_by_the_dose_meant(
    right, wrong, first, second, shared, tmp_path
):
    pump, path = pump_of(shared), tmp_path / "program.toml"
    path.write_text(PROGRAM.replace(right, wrong))
    slip = pump.read_program(path)
    try:
        not_confirmed(functools.partial(pump.set_program, slip), first, second)
        if "safe_rate" not in right:
            not_confirmed(functools.partial(pump.set_program, slip), confirm="400.6 ug")
    except Refused as refused:
        assert "program" in str(refused)
    assert [command for command in shared.changes if command["do"] == "confirm"] == []
    shared.changes.clear()


def test_what_is_confirmed_by_its_value_is_done(driven):
    pump = pump_of(driven)
    pump.set_clock()
    said = not_confirmed(pump.start, "flex, 400 ug/d", "06:00 450 ug/d", 'confirm="400 ug"')
    assert "Flex week (sim:test, serial sim-1)" in said
    not_confirmed(pump.start, "the daily dose is 400 ug", confirm="4000 ug")
    pump.start(confirm="400 ug")
    pump.bolus("0.02 mg", over="1 min", confirm="20 ug")
    driven.run(120_000)
    pump.refill("15 mL", "2.7 mL", confirm="15 mL")
    mine = pump.read_program(
        {"mode": "flex", "steps": [["06:00", "320 ug/d"]], "safe_rate": "0 ug/d"}
    )
    not_confirmed(lambda: pump.set_program(mine), "-20.0 %", "no therapy while the clock is unset")
    pump.set_program(mine, no_therapy=True, confirm="320 ug")
    assert pump.program() == mine
    pump.stop()
    later = {**pump.config, "name": "another", "program": mine}
    pending = pump.stage_config(later)
    not_confirmed(lambda: pump.store_config(later, pending), "another", "flex, 320 ug/d")
    pump.store_config(later, pending, confirm="320 ug")
    assert pump.config["name"] == "another"
    done = [command["do"] for command in driven.changes]
    assert [done.count(name) for name in ("start", "bolus", "refill", "confirm")] == [1, 1, 1, 2]


# trace: S23.2
def test_another_zone_and_a_jump_of_the_clock_are_confirmed_by_what_they_come_to(
    driven, monkeypatch
):
    pump = pump_of(driven)
    pump.set_clock()
    pump.set_clock()
    wall_s = pump.status().raw["wall_s"]
    assert len(driven.changes) == 2, "what was unset, and what is right, needs no confirmation"
    driven.changes.clear()
    for module in (confirmed_pump, remote_pump):
        monkeypatch.setattr(module, "computer_offset_s", lambda now_s: -5 * 3600)
    not_confirmed(pump.set_clock, "step 06:00 450 ug/d", "next 24 h", 'confirm="UTC-05:00"')
    not_confirmed(lambda: pump.set_clock(confirm="UTC+05:00"), "local time moves by 5 h")
    assert driven.changes == []
    pump.set_clock(confirm="UTC-05:00")
    assert pump.status().raw["offset_s"] == -5 * 3600
    pump.session.ask("set_clock", wall_s=wall_s - 30 * 86_400, confirm_jump=1)
    driven.changes.clear()
    said = not_confirmed(pump.set_clock, "the clock jumps by more than a day")
    assert driven.changes == []
    pump.set_clock(confirm=said.rpartition('confirm="')[2].partition('"')[0])
    assert abs(pump.status().raw["wall_s"] - wall_s) < 60


def test_a_dose_that_is_held_is_said_and_stated_to_the_pump_by_the_same_value(driven):
    pump = pump_of(driven)
    pump.set_clock()
    pump.start(confirm="400 ug")
    driven.run(60_000)
    driven.run(1000, fault={"kind": "power_cut", "lasts_ms": 500})
    driven.run(1000)
    pump = pump_of(driven)
    not_confirmed(pump.start, "its dose does not come back by itself")
    driven.changes.clear()
    pump.start(confirm="400 ug")
    assert [command["confirm_dose_ng_per_day"] for command in driven.changes] == [400_000]


def test_a_prime_is_confirmed_by_the_dose_that_counts(tmp_path):
    with DrivenPump(tmp_path, FLEX_WEEK.with_name("implant_day.toml")) as driven:
        pump, both = pump_of(driven), {"tubing": True, "catheter": True}
        asked = pump.ask_prime(**both)
        driven.changes.clear()
        prime = functools.partial(pump.prime, asked, **both)
        not_confirmed(prime, "0.272 mL in 16.3 min", 'confirm="68 ug"')
        not_confirmed(prime, confirm="6.8 ug")
        assert driven.changes == []
        assert prime(confirm="68 ug")["ok"]


def test_another_concentration_is_confirmed_a_second_time_and_a_bridge_by_its_dose(tmp_path):
    with DrivenPump(tmp_path, FLEX_WEEK.with_name("wean_and_remove.toml")) as driven:
        pump = pump_of(driven)
        fields, conc = refill_fields("15 mL", "1 mL"), Concentration(1_000_000, None, 0)
        refill = functools.partial(pump.refill_conc, fields, conc)
        not_confirmed(refill, "the doses of the program", 'confirm="15 mL"')
        not_confirmed(refill, 'confirm_concentration="1000 ug/mL"', confirm="15 mL")
        not_confirmed(refill, confirm="15 mL", confirm_concentration="100 ug/mL")
        assert driven.changes == []
        assert refill(confirm="15 mL", confirm_concentration="1000 ug/mL")["ok"]
        bridge = functools.partial(pump.set_bridge, "3000 ug/d")
        not_confirmed(bridge, "times the dose of the program", 'confirm="3000 ug"')
        not_confirmed(bridge, confirm="300 ug")
        assert [command["do"] for command in driven.changes] == ["refill"]


@pytest.mark.parametrize(("right", "wrong", "named"), BAD_PROGRAMS)
def test_python_refuses_the_same_programs(right, wrong, named, shared, tmp_path):
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM.replace(right, wrong))
    with pytest.raises(BadInput) as refused:
        read_program_file(path, shared.pump().config)
    assert named in str(refused.value)


def test_a_plausible_slip_beyond_a_limit_is_refused_by_the_pump_in_words(driven):
    driven.infuse(1000)
    pump = pump_of(driven)
    assert set(BEYOND) <= {(amount, over) for amount, over, _ in PLAUSIBLE}
    for (amount, over), reason in BEYOND.items():
        with pytest.raises(Refused) as refused:
            pump.bolus(amount, over, confirm=amount)
        assert f"refused by {reason}" in str(refused.value) and "allowed" in str(refused.value)
    assert pump.status().raw["bolus"] == 0 and pump.status().raw["last_bolus"] is None


@pytest.mark.parametrize(("right", "wrong", "first", "second"), PLAUSIBLE_PROGRAMS)
def test_what_the_pump_has_understood_of_a_slip_is_there_before_it_is_confirmed(
    right, wrong, first, second, shared, tmp_path
):
    pump, path = shared.pump(), tmp_path / "program.toml"
    before = pump.program()
    path.write_text(PROGRAM.replace(right, wrong))
    slip = read_program_file(path, pump.config)
    meant_ng = 400_625  # of PROGRAM as it stands
    try:
        pending = pump.stage_program(slip)
    except Refused as refused:
        assert "program" in str(refused)
    else:
        (daily_ng,) = pending.daily  # rounded down
        assert 0 <= outlook(slip, pump.config).daily_ng - daily_ng <= 1
        assert pending.daily_now == [400_000]
        assert (daily_ng == meant_ng) == (right == 'safe_rate = "250 ug/d"')
    assert pump.program() == before


def test_what_was_staged_before_something_changed_is_refused(driven):
    """A script that was held up, and another programmer meanwhile."""
    driven.infuse(1000)
    pump, other = driven.pump(), driven.pump()
    slip = {"mode": "continuous", "dose_ng_per_day": 4_000_000}
    pending = pump.stage_program(slip)
    other.set_program({"mode": "continuous", "dose_ng_per_day": 300_000})
    with pytest.raises(Refused):
        pump.set_program(slip, pending=pending)
    assert pump.program()["dose_ng_per_day"] == 300_000
