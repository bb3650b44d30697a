"""Stories of a session that is over: who still speaks to it hears so at once (decision 0202), and
nothing else happens. Who has no right tag in a session that is open hears nothing.
"""

from firmware.link import clp1
from firmware.link.frames import NO_SESSION, encode
from tests.rigs.paired import paired, session, with_secret
from tests.rigs.pump import UL, Bench, at_any_tick, steps_at
from tests.story.test_sealed_sessions import answered, flipped, resent

RATE = 500 * UL


@at_any_tick
def test_who_speaks_to_a_session_that_is_over_hears_so_at_once_and_nothing_else_happens():
    def is_over(bench, secret, bad_frames):
        data = secret.sealed({"id": 1, "do": "stop"})
        assert answered(bench, data) == [encode({NO_SESSION: slot})]
        with_secret(bench, None)
        assert bench.status()["bad_frames"] == bad_frames

    bench = Bench(RATE)
    slot, key = paired(bench)
    first = bench.far_end.secret
    second = session(bench, slot, key)  # another program of that computer
    is_over(bench, first, [0, 0])  # nobody's fault
    with_secret(bench, second)
    bench.ok("bye")
    late = second.sealed({"id": 1, "do": "stop"})
    is_over(bench, second, [0, 0])
    assert answered(bench, late) == [encode({NO_SESSION: slot})]  # and that is sent again
    with_secret(bench, None)
    assert bench.status()["bad_frames"] == [0, 1]
    third = session(bench, slot, key)
    bench.ok("keys")
    bench.run_for(minutes=10)
    is_over(bench, third, [1, 1])
    assert bench.state() == "INFUSING"
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    bench = bench.restart()
    is_over(bench, third, [1, 0])
    session(bench, slot, key)
    bench.ok("keys")


def test_of_a_session_that_is_open_and_to_who_is_locked_out_nothing_is_said():
    bench = Bench(RATE)
    slot, key = paired(bench)
    first = bench.far_end.secret
    second = session(bench, slot, key)
    bench.ok("keys")
    body = second.sealed({"id": 1, "do": "stop"})[3:-4]
    for _ in range(5):
        assert resent(bench, flipped(body, 20)) == []
    assert answered(bench, first.sealed({"id": 1, "do": "stop"})) == []
    assert answered(bench, clp1.sealed(key, 3, 1, b"{}")) == []
    bench.run_for(s=10)
    assert answered(bench, clp1.sealed(key, 3, 1, b"{}")) == [encode({NO_SESSION: 3})]
    assert answered(bench, clp1.framed(clp1.SYNC, b"")) == []
    bench.ok("stop")  # the session goes on
