"""Stories of several computers with keys: what one has begun is not ended by another, and what
breaks in a session breaks as it does in plain.
"""

from firmware.link.commands import TABLE, Command
from firmware.link.identity import PROGRAM
from tests.rigs.paired import handed_out, paired, session
from tests.rigs.pump import UL, Bench
from tests.story.test_staging import TWICE, stage

RATE = 500 * UL


def test_what_one_computer_has_staged_is_confirmed_by_no_other():
    bench = Bench(RATE)
    digest = stage(bench, PROGRAM, TWICE)["digest"]
    first = paired(bench)
    assert "this computer has staged nothing" in bench.send("confirm", digest=digest)["message"]
    stage(bench, PROGRAM, TWICE)
    second = handed_out(bench, name="second")
    session(bench, *second)
    assert bench.refused("confirm", digest=digest) == "NOT_NOW"
    assert bench.rate() == RATE
    stage(bench, PROGRAM, TWICE)
    session(bench, *first)
    assert bench.refused("confirm", digest=digest) == "NOT_NOW"
    stage(bench, PROGRAM, TWICE)
    session(bench, *first)  # another session of the same computer
    bench.ok("confirm", digest=digest)
    assert bench.rate() == 2 * RATE


def test_no_text_is_of_two_computers():
    bench = Bench(RATE)
    first = paired(bench)
    second = handed_out(bench, name="second")
    bench.ok("put", what=PROGRAM, at=0, text='{"mode":')
    session(bench, *second)
    assert "put the first one again" in bench.send("put", what=PROGRAM, at=8, text="x")["message"]
    bench.ok("put", what=PROGRAM, at=0, text='{"mode":')
    session(bench, *first)
    reply = bench.send("stage", what=PROGRAM, size=8, sha256="0" * 64)
    assert "0 of its bytes were put" in reply["message"]


def test_a_command_that_breaks_in_a_session_is_no_broken_frame():
    def breaks(pump, payload, now_ms):
        raise ValueError("a mistake of the firmware")

    bench = Bench(RATE)
    paired(bench)
    before = TABLE["keys"]
    number, _, *more = before
    TABLE["keys"] = Command(number, breaks, *more)
    try:
        bench.send("keys")
    except ValueError as error:
        assert "a mistake of the firmware" in str(error)
        return
    finally:
        TABLE["keys"] = before
    raise AssertionError("nobody hears of the mistake")
