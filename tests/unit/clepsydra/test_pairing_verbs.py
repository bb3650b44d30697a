"""`pair`, `unpair` and `keys`, the key file, and every verb on a paired pump."""

import json
import os
import stat

import pytest

from clepsydra import errors
from clepsydra.link import key_file
from clepsydra.link.key_file import Kept
from clepsydra.link.targets import Target
from clepsydra.page.owner import Overtaken, Owner
from clepsydra.pump.remote_pump import Pump
from firmware.link.far_end import GONE_MS
from tests.rigs.driven_pump import PRESS
from tests.rigs.patience import HANGS_S

SERIAL = "sim-1"


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """The key file of a user."""
    path = tmp_path / "user" / "keys.json"
    monkeypatch.setenv(key_file.ENVIRONMENT, str(path))
    return path


@pytest.fixture
def press(driven):
    return lambda: driven.run(1000, fault=PRESS)


@pytest.fixture
def paired(run, press, keys):
    """run(...) on a pump that is paired with this computer."""
    press()
    said = run("pair", "--name", "lab 3")
    assert said.status == 0, said
    return run


def test_a_pump_is_paired_and_every_verb_goes_on_as_before(paired, driven, keys):
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert key_file.kept(SERIAL)[:3] == (0, "clinician", "lab 3")
    assert "slot 0      clinician, lab 3, this computer" in paired("keys").out
    assert paired("clock", "set", "--yes").status == 0
    assert paired("start", "--yes").status == 0
    assert paired("bolus", "20 ug", "--over", "10 min", "--confirm", "20 ug").status == 0
    assert paired("status").out.splitlines()[1].startswith("INFUSING")
    assert "access          paired\n" in paired("doctor").out
    assert json.loads(paired("keys", "--json").out) == {
        "paired": 1,
        "keys": [[0, "clinician", "lab 3"]],
        "mine": 0,
    }
    assert paired("stop").status == 0
    assert driven.changes[-1]["do"] == "pair"  # nothing else was seen in plain
    assert "stopped by" in paired("log").out


def test_an_open_pump_says_so(run, keys):
    assert "the pump is open" in run("keys").out
    assert "open: anybody who reaches its port commands it" in run("doctor").out


def test_without_a_press_nothing_is_paired(run, driven, keys):
    said = run("pair", "--for", "2 s")
    assert (said.status, "nobody pressed" in said.err) == (2, True)
    assert not keys.exists() and driven.changes == []


def test_a_computer_without_a_key_reads_the_status_and_is_told_what_to_do(
    paired, driven, monkeypatch, tmp_path
):
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "none.json"))
    before = len(driven.changes)
    assert paired("status").out.splitlines()[1].startswith("STOPPED, 0 mL/d, alarms: ")
    assert json.loads(paired("status", "--json").out)["paired"] == 1
    for verb in (
        ("start", "--yes"),
        ("stop",),
        ("bolus", "20 ug", "--over", "10 min", "--confirm", "20 ug"),
        ("ack",),
        ("report",),
        ("program", "show"),
        ("config", "show"),
        ("unpair",),
    ):
        said = paired(*verb)
        assert (said.status, "this computer has no key of it" in said.err) == (1, True), said
    assert len(driven.changes) == before
    assert "this computer has no key of it" in paired("keys").out


def test_a_pump_that_does_not_have_the_key_is_sent_nothing(paired, driven):
    kept = key_file.kept(SERIAL)
    before = len(driven.changes)
    key_file.keep(SERIAL, kept._replace(key=bytes(32)))
    said = paired("stop")
    assert (said.status, "does not prove that it has the key" in said.err) == (1, True)
    key_file.keep(SERIAL, kept._replace(slot=1))
    assert paired("stop").status == 1
    assert len(driven.changes) == before
    key_file.keep(SERIAL, kept)
    assert paired("stop").status == 0


def test_a_pump_that_lost_its_keys_is_named_and_sent_nothing(run, driven, press, keys):
    key_file.keep(SERIAL, Kept(0, "clinician", "lab", bytes(32)))
    said = run("stop")
    assert (said.status, "the pump has none" in said.err) == (1, True)
    assert driven.changes == []
    press()
    assert run("pair").status == 0  # which mends it
    assert run("stop").status == 0
    assert key_file.kept(SERIAL).key != bytes(32)


def test_a_key_for_another_computer_goes_through_a_file(paired, press, keys, tmp_path, monkeypatch):
    out = tmp_path / "theirs.json"
    said = paired("pair", "--role", "observer", "--name", "screen")
    assert (said.status, "--out FILE" in said.err) == (2, True)
    press()
    assert paired("pair", "--role", "observer", "--name", "screen", "--out", str(out)).status == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert paired("pair", "--out", str(out)).status == 2  # it is there
    monkeypatch.setenv(key_file.ENVIRONMENT, str(tmp_path / "other.json"))
    assert paired("keys", "--take", str(out)).status == 0
    listed = paired("keys").out
    assert "slot 1      observer, screen, this computer" in listed
    assert "Flex week" in listed and "paired with others" not in listed
    said = paired("stop")
    assert (said.status, "the role patient at least, and this key has observer" in said.err) == (
        1,
        True,
    )
    assert paired("status").status == 0
    assert paired("keys", "--forget").out == f"forgotten: the key of {SERIAL}\n"
    assert paired("keys", "--forget").out == "this computer has no key of it\n"


def test_a_key_is_taken_back_and_the_pump_is_open(paired, press, keys):
    said = paired("unpair", "--for", "1 s", typed="y\n")
    assert (said.status, "nobody pressed" in said.err) == (2, True)
    assert paired("unpair", typed="n\n").status == 2
    assert "slot 3 has no key; there are: 0" in paired("unpair", "3", "--yes").err
    press()
    said = paired("unpair", "--yes")
    assert "WARNING     the last clinician's" in said.out
    assert said.out.endswith("the pump is open: anybody commands it\n")
    assert key_file.kept(SERIAL) is None
    assert paired("stop").status == 0


def test_a_session_that_has_ended_begins_anew_and_the_command_is_carried_out_once(paired, driven):
    pump: Pump = driven.pump()
    pump.set_clock()
    pump.start()
    driven.run(601_000)
    pump.session._within_ms = 50
    number = pump.bolus("20 ug", over="10 min")
    assert pump.status().raw["last_bolus"]["id"] == number
    assert [event.kind for event in pump.events()].count("BOLUS_ACCEPTED") == 1


def test_a_session_that_is_over_is_noticed_at_once(paired, driven):
    pump: Pump = driven.pump()
    driven.run(601_000)
    began_ms = driven.live.at_ms
    pump.set_clock()
    pump.session.ask("bye")
    pump.start()
    assert pump.status().state == "INFUSING"
    assert 2 * GONE_MS <= driven.live.at_ms - began_ms < 1000


def test_two_programs_of_one_computer_take_turns_and_no_frame_counts_as_bad(paired, driven):
    one, other = driven.pump(), driven.pump()
    began_ms = driven.live.at_ms
    for pump in (one, other, one, other):
        pump.acknowledge()
    assert one.status().raw["bad_frames"] == [0, 0]
    assert driven.live.at_ms - began_ms < 2000


SILENT_MS = 601_000  # then the pump has ended the session


@pytest.fixture
def owned(paired, driven):
    """The one thread that has the line to the paired pump; it infuses, and a reply that does not
    come is missed soon.
    """

    def opened(target):
        pump = driven.pump()
        pump.session._within_ms = 50
        return pump

    owner = Owner(Target("sim", "sim:test"), opened)
    owner.start()
    owner.do(lambda pump: (pump.set_clock(), pump.start())).result(timeout=HANGS_S)
    yield owner
    owner.close()


def stops_of(owned):
    kinds = owned.do(lambda pump: [event.kind for event in pump.events()]).result(timeout=HANGS_S)
    return kinds.count("STOPPED_BY")


def test_a_stop_that_overtakes_a_job_proves_anew_where_the_session_has_ended(owned, driven):
    stops = []

    def session(pump):
        driven.run(SILENT_MS)
        stops.append(owned.stop_pump())
        assert pump.status().state == "STOPPED"  # the STOP went first, and had no answer at first
        pump.start()

    with pytest.raises(Overtaken):
        owned.do(session).result(timeout=HANGS_S)
    assert stops[0].result(timeout=HANGS_S) is None
    assert stops_of(owned) == 1
    assert owned.do(lambda pump: pump.session.is_sealed).result(timeout=HANGS_S)
    owned.do(lambda pump: pump.start()).result(timeout=HANGS_S)  # the next job may


def test_a_stop_that_comes_while_a_command_is_proved_anew_goes_before_the_next_one(owned, driven):
    """The command that had no answer is carried out once; nothing that changes comes after it."""
    stops = []

    def session(pump):
        driven.run(SILENT_MS)
        prove = pump.session.prove

        def proved(slot, key):
            stops.append(owned.stop_pump())
            prove(slot, key)

        pump.session.prove = proved
        pump.bolus("20 ug", over="10 min")
        pump.session.prove = prove
        pump.start()

    with pytest.raises(Overtaken):
        owned.do(session).result(timeout=HANGS_S)
    assert len(stops) == 1 and stops[0].result(timeout=HANGS_S) is None
    kinds = owned.do(lambda pump: [event.kind for event in pump.events()]).result(timeout=HANGS_S)
    assert kinds.count("BOLUS_ACCEPTED") == 1 and kinds.count("STOPPED_BY") == 1
    assert kinds.index("BOLUS_ACCEPTED") < kinds.index("STOPPED_BY")
    assert owned.look().result(timeout=HANGS_S).status.state == "STOPPED"


def test_events_come_sealed_and_in_order(paired, driven):
    pump = driven.pump()
    heard = []
    pump.session.on_event = heard.append
    pump.set_clock()
    pump.start()
    pump.stop()
    codes = [event[0] for event in heard]
    assert len(codes) > 3 and codes == sorted(set(codes))


@pytest.mark.parametrize(
    "text, what",
    [
        ("[", "is no file of keys"),
        ("[]", "is no file of keys"),
        ('{"sim-1": {"slot": 0}}', "is no file of keys"),
        ('{"sim-1": {"slot": 9, "role": "clinician", "name": "x", "key": ""}}', "cannot be"),
    ],
)
def test_a_damaged_key_file_is_named(run, keys, text, what):
    keys.parent.mkdir()
    keys.write_text(text)
    keys.chmod(0o600)
    said = run("status")
    assert (said.status, what in said.err, str(keys) in said.err) == (2, True, True)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are those of POSIX")
def test_a_key_file_that_others_may_read_is_not_used(run, keys):
    keys.parent.mkdir()
    keys.write_text("{}")
    keys.chmod(0o644)
    said = run("status")
    assert (said.status, "chmod 600" in said.err) == (2, True)


def test_a_key_file_that_cannot_be_written_is_named(keys):
    keys.parent.write_text("a file")
    with pytest.raises(errors.BadInput, match=r"keys\.json"):
        key_file.keep(SERIAL, Kept(0, "clinician", "lab", bytes(32)))
