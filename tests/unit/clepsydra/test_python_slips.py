"""No wrong dose by typing in Python: the slips of the command line and of the page. A method sends
its command at once, so what is sound and was not meant is for the pump to refuse: it does where a
limit is passed, and what it has understood of a program is there before that is confirmed.
"""

import pytest

from clepsydra.errors import BadInput, Refused
from clepsydra.prescription.outlook import outlook
from clepsydra.prescription.program_file import read_program_file
from tests.unit.clepsydra.test_slips import (
    BAD_AMOUNTS,
    BAD_PROGRAMS,
    BAD_REFILLS,
    BAD_TIMES,
    PLAUSIBLE,
    PLAUSIBLE_PROGRAMS,
    PROGRAM,
)

# Of the plausible ones: which limit of the pump is passed, in its words
BEYOND = {
    ("200 ug", "10 min"): "DOSE_CAP_1H",
    ("20 mg", "10 min"): "PUMP_MAXIMUM",
    ("2000 ug", "1 d"): "DOSE_CAP",
    ("20 ug", "10 s"): "PUMP_MAXIMUM",
}


def test_the_tables_have_60_slips_and_more_that_go_through_command_page_and_python():
    refused = len(BAD_AMOUNTS) + len(BAD_TIMES) + len(BAD_PROGRAMS) + len(BAD_REFILLS)
    assert refused >= 60
    assert len(PLAUSIBLE) + len(PLAUSIBLE_PROGRAMS) >= 18


def test_python_refuses_the_same_amounts_times_and_refills(shared):
    pump = shared.pump()
    for amount, told in BAD_AMOUNTS.items():
        with pytest.raises(BadInput) as refused:
            pump.bolus(amount, over="10 min")
        assert told in str(refused.value)
    for time, told in BAD_TIMES.items():
        with pytest.raises(BadInput) as refused:
            pump.bolus("20 ug", over=time)
        assert told in str(refused.value)
    for fill, withdrawn, told in BAD_REFILLS:
        with pytest.raises(BadInput) as refused:
            pump.refill(fill, withdrawn)
        assert told in str(refused.value)
    assert shared.changes == []


@pytest.mark.parametrize(("right", "wrong", "named"), BAD_PROGRAMS)
def test_python_refuses_the_same_programs(right, wrong, named, shared, tmp_path):
    path = tmp_path / "program.toml"
    path.write_text(PROGRAM.replace(right, wrong))
    with pytest.raises(BadInput) as refused:
        read_program_file(path, shared.pump().config)
    assert named in str(refused.value)


def test_a_plausible_slip_beyond_a_limit_is_refused_by_the_pump_in_words(driven):
    driven.infuse(1000)
    pump = driven.pump()
    assert set(BEYOND) <= {(amount, over) for amount, over, _ in PLAUSIBLE}
    for (amount, over), reason in BEYOND.items():
        with pytest.raises(Refused) as refused:
            pump.bolus(amount, over)
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
