"""The one thread that has the line: a STOP goes first, and a job that fails ends nothing."""

import threading

import pytest

from clepsydra.errors import Refused
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
