"""The power is cut at every flash operation of a commit, in every way: what was confirmed is in
force as a whole, or what was there before is.
"""

import pytest

from firmware.link.canonical import canonical, digest
from firmware.link.frames import encode
from firmware.link.identity import CONFIG, PROGRAM
from host_sim.machine.sim_flash import ERASE_CUTS, PROGRAM_CUTS, PowerCut
from host_sim.machine.sim_power import PowerLost
from tests.rigs.pump import UL, Bench, steps_at
from tests.story.test_staging import RAISING, TWICE, stage

RATE = 500 * UL
MODES = (*PROGRAM_CUTS, *ERASE_CUTS)
MOST_OPERATIONS = 40  # of a commit, with the checkpoint of a sector


def full_sector(bench):
    """The next record opens a sector, with a checkpoint of all."""
    bench.memory.turn()


def confirmed(bench, digest_):
    """Whether `confirm` came to its end."""
    number = bench.far_end.last_id + 1
    bench.sent = {"digest": digest_, "do": "confirm", "id": number}
    try:
        bench.send("confirm", digest=digest_)
    except PowerLost:  # it comes up anew
        return True
    except PowerCut:
        return False
    return True


def every_cut(prepare):
    """(bench, whether it was answered) of a commit that is cut at each operation; the last is not
    cut.
    """
    for mode in MODES:
        for operation in range(1, MOST_OPERATIONS):
            bench = Bench(RATE)
            bench.run_for(minutes=7)
            told = prepare(bench)
            before = bench.flash.operations
            bench.flash.cut_at(operation, mode)
            answered = confirmed(bench, told["digest"])
            yield bench, answered
            if bench.flash.operations - before < operation:
                break
        else:
            raise AssertionError("more operations than were thought of")


@pytest.mark.parametrize("other", [TWICE, RAISING], ids=["program", "plan"])
@pytest.mark.parametrize("turned", [False, True], ids=["record", "checkpoint"])
def test_a_program_is_in_force_as_a_whole_or_not_at_all(other, turned):
    def prepare(bench):
        if turned:
            full_sector(bench)
        return stage(bench, PROGRAM, other)

    seen = set()
    for bench, answered in every_cut(prepare):
        left = bench.emitted()
        bench.flash.power.mend()
        again = bench.restart()
        found = again.ok("hello")["program_sha256"]
        old = digest(bench.config["program"])
        assert found in (old, digest(other))
        assert not answered or found == digest(other)
        assert again.status()["plan"] is None or found == digest(RAISING)
        assert again.status()["emitted_steps"] >= left >= steps_at(RATE, 420_000)
        assert again.alarms() == ["THERAPY_INTERRUPTED"]
        seen.add((found == old, answered))
    assert seen >= {(True, False), (False, True)}


def test_a_configuration_is_stored_as_a_whole_or_not_at_all():
    def prepare(bench):
        bench.ok("stop")
        bench.asked = dict(bench.config, name="another", program=TWICE)
        return stage(bench, CONFIG, bench.asked)

    for bench, answered in every_cut(prepare):
        bench.flash.power.mend()
        stored = bench.hal.store.read("config.json")
        again = bench.restart(stored=stored)
        assert stored == canonical(bench.asked)  # it was written before any record
        assert again.ok("hello")["program_sha256"] == digest(TWICE)
        assert again.state() == "STOPPED" and again.alarms() == []
        assert again.status()["emitted_steps"] >= bench.emitted()
        # The store decides, and the id follows: asked again nothing is carried out twice.
        (reply,) = again.send_bytes(encode(bench.sent))
        assert reply.get("repeated") == 1 or (not answered and reply["error"] == "NOT_NOW")
        assert again.ok("hello")["program_sha256"] == digest(TWICE)


def test_a_power_cut_before_the_file_is_replaced_leaves_all_as_it_was():
    bench = Bench(RATE)
    bench.run_for(minutes=7)
    bench.ok("stop")
    before = bench.hal.store.read("config.json")
    told = stage(bench, CONFIG, dict(bench.config, name="another", program=TWICE))

    def gone(name, data):
        raise PowerCut(name)

    bench.hal.store.write = gone
    assert not confirmed(bench, told["digest"])
    again = bench.restart(stored=before)
    assert again.ok("hello")["program_sha256"] == digest(bench.config["program"])
    assert again.status()["emitted_steps"] >= bench.emitted()
