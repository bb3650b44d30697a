"""The power is cut at every flash operation of pairing, unpairing and a sealed commit, in every
way, and between each two messages: what was there before is, or what came after, and there is never
a pump that nobody can open.
"""

import io

import pytest

from firmware.books.store_notes import MARK
from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged
from firmware.link.identity import PROGRAM
from tests.rigs.cut_flash import CutFlash
from tests.rigs.paired import (
    NONCE,
    handed_out,
    offered,
    paired,
    press_service,
    session,
    with_secret,
)
from tests.rigs.pump import SECTORS, UL, Bench
from tests.story.test_staging import TWICE

RATE = 500 * UL


class Host:
    """What the computers have: key of each slot; done: the last command was answered."""

    def __init__(self):
        self.keys = {}
        self.done = False


def pairing(bench, host):
    """The messages of a pairing, one by one."""
    press_service(bench)
    yield
    told = bench.ok("pair", role="clinician", name="lab", nonce=NONCE.hex())
    host.keys = {told["slot"]: bytes.fromhex(told["key"])}  # kept before anything else is sent
    yield
    for slot in host.keys:
        told, tag = offered(bench, slot, host.keys[slot])
        yield
        bench.ok("prove", slot=slot, tag=tag)
        yield
        session(bench, slot, host.keys[slot])
    bench.ok("keys")
    host.done = True


def unpairing(slot):
    """The messages with which the key of a slot is taken back, by the clinician of slot 0."""

    def messages(bench, host):
        session(bench, 0, host.keys[0])
        yield
        press_service(bench)
        yield
        bench.ok("unpair", slot=slot)
        host.done = True

    return messages


def committing(bench, host):
    """Those of a program that is staged and confirmed."""
    session(bench, 0, host.keys[0])
    for part in staged(PROGRAM, canonical(TWICE).decode(), digest(TWICE)):
        told = bench.ok(**part)
        yield
    bench.ok("confirm", digest=told["digest"])
    host.done = True


def opens(bench, slot, key):
    """Whether this key opens the pump."""
    try:
        session(bench, slot, key)
    except AssertionError:  # the pump does not prove that it has it
        return False
    bench.ok("keys")
    return True


def found(bench, host):
    """What the keys of the hosts are good for: the slots that open it; [] for an open pump."""
    with_secret(bench, None)
    if not bench.status()["paired"]:
        assert bench.ok("keys")["keys"] == []
        assert not any(opens(bench, slot, host.keys[slot]) for slot in host.keys)
        with_secret(bench, None)
        paired(bench)  # it can be paired anew
        return []
    slots = [slot for slot in sorted(host.keys) if opens(bench, slot, host.keys[slot])]
    assert 0 in slots, "nobody can open this pump"
    return slots


def before_it(script, bench, host):
    """What was there before the script: no key, or a clinician's and a patient's."""
    if script is not pairing:
        host.keys = dict([paired(bench)])
        with_secret(bench, None)
        host.keys.update([paired(bench, "patient", "handset")])
    bench.run_for(minutes=20)
    with_secret(bench, None)
    return sorted(host.keys)


CASES = {
    "pairing": (pairing, [0]),
    "the last clinician": (unpairing(0), []),
    "a patient": (unpairing(1), [0]),
    "a commit": (committing, [0, 1]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("turned", [False, True], ids=["record", "checkpoint"])
def test_after_a_cut_at_any_flash_operation_old_or_new_keys_open_the_pump(case, turned):
    script, after = CASES[case]
    flash, host = CutFlash(io.BytesIO(), SECTORS), Host()
    bench = Bench(RATE, start=False, flash=flash)
    before = before_it(script, bench, host)
    mark = ((MARK, bench.hal.store.read(MARK)),)
    seen = set()

    def judge(cut, depth=1):
        cut.power.mend()
        cut.judge = None
        again = Bench(RATE, start=False, flash=cut, blobs=mark, first_id=5_000_000)
        slots = found(again, host)
        assert slots == after or (slots == before and not host.done), (slots, host.done)
        program = again.ok("hello")["program_sha256"]
        old = digest(bench.config["program"])
        assert program in (old, digest(TWICE)) if script is committing else program == old
        seen.add((tuple(slots), program == old))

    if turned:
        bench.memory.turn()
    flash.judge = judge
    for _ in script(bench, host):
        pass
    bench.run_for(minutes=20)  # the record after it
    flash.judge = None
    assert flash.cuts > 5
    assert len(seen) == 2, seen


@pytest.mark.parametrize("case", CASES)
def test_after_a_cut_between_any_two_messages_old_or_new_keys_open_the_pump(case):
    script, after = CASES[case]
    for steps in range(12):
        host = Host()
        bench = Bench(RATE, start=False)
        before = before_it(script, bench, host)
        messages = script(bench, host)
        for _ in range(steps):
            next(messages, None)
        slots = found(bench.restart(), host)
        assert slots == (after if host.done else before)
        if host.done:
            return
    raise AssertionError("more messages than were thought of")


def test_a_key_that_was_handed_out_and_a_session_that_was_not_ended_are_gone_with_the_power():
    bench = Bench(RATE, start=False)
    slot, key = handed_out(bench)
    secret = session(bench, slot, key)
    again = bench.restart()
    assert again.send_bytes(secret.sealed({"id": 1, "do": "keys"})) == []
    assert again.status()["paired"] == 0
