"""The power is cut at every flash operation of pairing, unpairing and a sealed commit, in every
way, and between each two messages, commands, replies and events: what was there before is, or what
came after, and there is never a pump that nobody can open.
"""

import io

import pytest

from firmware.books.store_notes import MARK
from firmware.config import NAME
from firmware.link.canonical import canonical, digest
from firmware.link.far_end import staged
from firmware.link.identity import CONFIG, PROGRAM
from host_sim.machine.sim_flash import PROGRAM_CUTS
from host_sim.machine.sim_power import PowerLost
from tests.rigs.cut_flash import CutFlash
from tests.rigs.paired import NONCE, handed_out, paired, press_service, session, with_secret
from tests.rigs.pump import SECTORS, UL, Bench
from tests.story.test_staging import TWICE

RATE = 500 * UL


class Host:
    """What the computers have: key of each slot; done: the last command was answered."""

    def __init__(self):
        self.keys = {}
        self.done = False


def pairing(bench, host):
    press_service(bench)
    told = bench.ok("pair", role="clinician", name="lab", nonce=NONCE.hex())
    host.keys = {told["slot"]: bytes.fromhex(told["key"])}  # kept before anything else is sent
    session(bench, told["slot"], host.keys[told["slot"]])
    bench.ok("keys")
    host.done = True


def unpairing(slot):
    """The key of a slot is taken back, by the clinician of slot 0."""

    def messages(bench, host):
        session(bench, 0, host.keys[0])
        press_service(bench)
        bench.ok("unpair", slot=slot)
        host.done = True

    return messages


def committing(what):
    """A program or a configuration is staged and confirmed; the pump comes up anew with this."""

    def messages(bench, host):
        session(bench, 0, host.keys[0])
        value = TWICE if what == PROGRAM else renamed(bench)
        for part in staged(what, canonical(value).decode(), digest(value)):
            told = bench.ok(**part)
        try:
            bench.ok("confirm", digest=told["digest"])
        except PowerLost:
            assert bench.far_end.replies[-1]["ok"]
        host.done = True

    return messages


def renamed(bench):
    return dict(bench.config, name="another")


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
    """The slots of what was there before: no key, or a clinician's and a patient's."""
    if script is not pairing:
        host.keys = dict([paired(bench)])
        with_secret(bench, None)
        host.keys.update([paired(bench, "patient", "handset")])
    bench.run_for(minutes=20)
    with_secret(bench, None)
    return sorted(host.keys)


# The messages, and the slots that have a key behind them
CASES = {
    "pairing": (pairing, [0]),
    "the last clinician": (unpairing(0), []),
    "a patient": (unpairing(1), [0]),
    "a program": (committing(PROGRAM), [0, 1]),
    "a configuration": (committing(CONFIG), [0, 1]),
}


class Case:
    """before, after: what a pump has (`seen_by`) without the script, and behind it."""

    def __init__(self, name, flash=None):
        self.script, slots = CASES[name]
        self.host = Host()
        self.bench = Bench(RATE, start=False, flash=flash)
        before = before_it(self.script, self.bench, self.host)
        told = self.bench.ok("hello")
        old = told["program_sha256"], told["config_sha256"]
        assert old[0] == digest(self.bench.config["program"])
        self.before = (before, *old)
        self.after = (
            slots,
            digest(TWICE) if name == "a program" else old[0],
            digest(renamed(self.bench)) if name == "a configuration" else old[1],
        )

    def seen_by(self, flash):
        """The slots that open a pump that comes up from this flash, its program and configuration:
        as before or after, and as after if the host was told so.
        """
        store = self.bench.hal.store
        self.bench.flash = flash
        again = self.bench.restart(
            stored=store.read(NAME), blobs=((MARK, store.read(MARK)),), first_id=5_000_000
        )
        slots, told = found(again, self.host), again.ok("hello")
        seen = (slots, told["program_sha256"], told["config_sha256"])
        assert seen == self.after or (seen == self.before and not self.host.done), seen
        return seen


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("turned", [False, True], ids=["record", "checkpoint"])
def test_after_a_cut_at_any_flash_operation_old_or_new_keys_open_the_pump(name, turned):
    flash = CutFlash(io.BytesIO(), SECTORS)
    case = Case(name, flash)
    bench, seen = case.bench, []

    def judge(cut, depth=1):
        cut.power.mend()
        cut.judge = None
        seen.append(case.seen_by(cut))
        bench.flash = flash

    def stored(name, data):
        judge(flash.copy())
        write(name, data)
        judge(flash.copy())

    if turned:
        bench.memory.turn()
    write, bench.hal.store.write = bench.hal.store.write, stored
    flash.judge = judge
    case.script(bench, case.host)
    if name != "a configuration":  # with which the pump has gone
        bench.run_for(minutes=20)  # the record after it
    flash.judge = None
    assert flash.cuts >= len(PROGRAM_CUTS)
    assert case.before in seen and case.after in seen


class PowerGone(Exception):
    pass


def cut_after(bench, count):
    """The power goes before one more message than so many has come through, in either way."""
    left = [None] * count

    def passing(take):
        def passes(data):
            if not left:
                raise PowerGone
            left.pop()
            take(data)

        return passes

    bench.far_end._write = passing(bench.hal.link.send_to_pump)
    bench.hal.link.listen(passing(bench.far_end.hear))


@pytest.mark.parametrize("name", CASES)
def test_after_a_cut_between_any_two_messages_old_or_new_keys_open_the_pump(name):
    seen, told = [], False
    while not told:
        case = Case(name)
        cut_after(case.bench, len(seen))
        try:
            case.script(case.bench, case.host)
        except PowerGone:
            pass
        seen.append(case.seen_by(case.bench.flash))
        told = case.host.done
    assert seen == sorted(seen, key=lambda one: one == case.after)  # once new, always new
    assert seen[0] == case.before
    assert seen[-2] == case.after, "the last message is the reply, and all was on flash before it"


def test_a_key_that_was_handed_out_and_a_session_that_was_not_ended_are_gone_with_the_power():
    bench = Bench(RATE, start=False)
    slot, key = handed_out(bench)
    secret = session(bench, slot, key)
    again = bench.restart()
    assert again.send_bytes(secret.sealed({"id": 1, "do": "keys"})) == []
    assert again.status()["paired"] == 0
