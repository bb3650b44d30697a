"""The one thread that has the line: a STOP goes first, and a job that fails ends nothing."""

import threading

import pytest

from clepsydra.errors import Refused
from clepsydra.page.owner import Overtaken
from tests.rigs.patience import HANGS_S


def test_a_stop_goes_before_all_that_waits(infusing):
    order, go_on = [], threading.Event()
    infusing.owner.do(lambda pump: go_on.wait(HANGS_S))
    waiting = [infusing.owner.do(lambda pump, n=n: order.append(n)) for n in range(5)]
    stop = infusing.owner.stop_pump()
    stop.add_done_callback(lambda future: order.append("stop"))
    go_on.set()
    for one in waiting:
        one.result(timeout=HANGS_S)
    assert order == ["stop", 0, 1, 2, 3, 4]
    assert infusing.changes == [{"do": "stop"}]


def test_a_job_that_fails_is_told_to_whoever_asked_and_ends_nothing(infusing):
    with pytest.raises(ZeroDivisionError):
        infusing.owner.do(lambda pump: 1 // 0).result(timeout=HANGS_S)
    with pytest.raises(Refused):
        infusing.owner.do(lambda pump: pump.start()).result(timeout=HANGS_S)
    assert infusing.owner.look().result(timeout=HANGS_S).status.state == "INFUSING"
    assert infusing.owner.trouble == ""


def test_a_stop_goes_between_two_commands_and_nothing_that_changes_comes_after_it(infusing):
    stops = []

    def session(pump):
        pump.silence()
        stops.append(infusing.owner.stop_pump())
        assert pump.status().state == "STOPPED"  # to read goes on
        pump.start()

    job = infusing.owner.do(session)
    with pytest.raises(Overtaken, match="a STOP came before `start`, which was not sent"):
        job.result(timeout=HANGS_S)
    assert stops[0].result(timeout=HANGS_S) is None
    assert [one["do"] for one in infusing.changes] == ["audio_pause", "stop"]
    infusing.owner.do(lambda pump: pump.start()).result(timeout=HANGS_S)  # the next job may


def test_a_stop_within_a_session_leaves_the_old_program_in_force(infusing):
    before = infusing.owner.do(lambda pump: pump.program()).result(timeout=HANGS_S)
    staged = []

    def session(pump):
        pending = pump.stage_program({"mode": "continuous", "dose_ng_per_day": 300_000})
        staged.append(pending)
        infusing.owner.stop_pump()
        pump.set_program({"mode": "continuous", "dose_ng_per_day": 300_000}, pending=pending)

    with pytest.raises(Overtaken):
        infusing.owner.do(session).result(timeout=HANGS_S)
    assert staged
    assert infusing.owner.do(lambda pump: pump.program()).result(timeout=HANGS_S) == before
    assert infusing.owner.look().result(timeout=HANGS_S).status.state == "STOPPED"
