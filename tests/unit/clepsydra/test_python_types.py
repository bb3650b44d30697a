"""What Python hands over that is no text with a unit, and several threads at once."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import islice

import pytest

import clepsydra
from clepsydra import BadInput

CONTINUOUS = {"mode": "continuous", "dose_ng_per_day": 300_000}


@pytest.mark.parametrize("amount", [5, 5.0, None, True, b"5 ug", [], Decimal(5), object()])
def test_an_amount_that_is_no_text_is_refused_and_nothing_is_sent(amount, shared):
    with shared.pump() as pump, pytest.raises(BadInput, match=r"bolus: .*allowed: a volume or a d"):
        pump.bolus(amount, over="2 min")
    assert shared.changes == []


@pytest.mark.parametrize("pump", [5, b"sim", ["sim"]])
def test_a_pump_that_is_no_text_is_refused(pump):
    with pytest.raises(BadInput, match=r"pump is .*allowed: a text"):
        clepsydra.connect(pump)


@pytest.mark.parametrize("source", [None, 5, []])
def test_a_program_that_is_no_file_and_no_table_is_refused(source, shared):
    pump = clepsydra.confirmed_pump.ConfirmedPump(shared.session(), "sim:test")
    with pytest.raises(BadInput, match=r"program is .*allowed: the name of a file"):
        pump.read_program(source)


@pytest.mark.parametrize("dose", [300_000.7, float("nan"), float("inf"), object(), {1, 2}])
def test_a_number_that_is_not_whole_is_not_rounded_on_its_way_to_the_pump(dose, shared):
    with shared.pump() as pump, pytest.raises(BadInput, match=r"dose_ng_per_day is .*a whole num"):
        pump.stage_program({**CONTINUOUS, "dose_ng_per_day": dose})


def test_a_key_that_is_no_text_is_refused(shared):
    with shared.pump() as pump, pytest.raises(BadInput, match="the key 1 is no text"):
        pump.stage_program({1: 2})


def test_threads_that_share_a_pump_get_each_its_own_answers(shared):
    with shared.pump() as pump:
        asked = [pump.status, pump.identity, pump.program] * 12
        alone = [type(ask()) for ask in asked[:3]]
        with ThreadPoolExecutor(6) as threads:
            told = list(threads.map(lambda ask: ask(), asked))
    assert [type(answer) for answer in told] == alone * 12
    assert all(answer == told[2] for answer in told[2::3])


def test_a_thread_that_follows_events_lets_the_commands_of_another_go_first(driven):
    with driven.pump() as pump, ThreadPoolExecutor(1) as threads:
        followed = threads.submit(
            lambda: list(islice((e for e in pump.events(follow=True) if e.kind == "STATE"), 2))
        )
        pump.acknowledge()
        pump.start()
        pump.stop()
        assert len(followed.result(timeout=60)) == 2
