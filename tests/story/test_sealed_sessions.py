"""Stories of a paired pump's sessions: who may do what, what is sent again or from elsewhere
changes nothing and is not answered, and no bad frame keeps a good one out.
"""

import json

from firmware.link import clp1
from firmware.link.commands import TABLE
from firmware.link.far_end import Secret
from firmware.link.frames import NO_SESSION, encode
from firmware.link.key_slots import CLINICIAN, OBSERVER, PATIENT, SLOTS
from tests.rigs.paired import Wire, handed_out, offered, paired, session, with_secret
from tests.rigs.pump import UL, Bench, at_any_tick, steps_at

RATE = 500 * UL
HEX = "0123456789abcdef" * 2


def resent(bench, body):
    """The answer to what stood in a sealed frame and comes once more."""
    return answered(bench, clp1.framed(clp1.SYNC, body))


def answered(bench, data):
    """What the pump says to these bytes, not opened, but its events."""
    heard = []
    bench.hal.link.listen(heard.append)
    bench.send_bytes(data)
    bench.hal.link.listen(bench.far_end.hear)
    return [data for data in heard if b'{"event": ' not in data]


def flipped(body, place):
    return body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]


def three_roles(bench):
    """{role: (slot, key)} of keys that count."""
    keys = {CLINICIAN: paired(bench)}
    for role, name in ((PATIENT, "patient"), (OBSERVER, "observer")):
        with_secret(bench, None)
        keys[role] = paired(bench, name, name)
    return keys


# trace: GIP 6.3, tampering, S22.2
def test_each_role_may_give_its_own_commands_and_those_of_the_lesser_ones():
    bench = Bench(RATE)
    keys = three_roles(bench)
    for role in sorted(keys):
        session(bench, *keys[role])
        for name in sorted(TABLE):
            if name in ("bye", "maintenance", "open", "prove"):
                continue
            reply = bench.send(name, **dict.fromkeys(TABLE[name].fields, -1))
            allowed = TABLE[name].role <= role
            assert (reply.get("error") != "ROLE") == allowed, (role, reply)
    plain = [name for name in TABLE if not TABLE[name].role]
    assert sorted(plain) == ["hello", "open", "pair", "prove", "status"]
    least = sorted([name for name in TABLE if TABLE[name].role == OBSERVER])
    assert least == ["bye", "events_since", "get", "keys"]
    patient = sorted([name for name in TABLE if TABLE[name].role == PATIENT])
    assert patient == ["acknowledge", "audio_pause", "patient_bolus", "stop"]


# trace: S24.1, S24.2
@at_any_tick
def test_a_stop_is_for_patient_and_clinician_and_the_log_has_whose_it_was():
    bench = Bench(RATE)
    keys = three_roles(bench)
    with_secret(bench, None)
    assert bench.refused("stop") == "NOT_PROVEN"
    session(bench, *keys[OBSERVER])
    assert bench.refused("stop") == "ROLE"
    assert bench.state() == "INFUSING"
    for role in (PATIENT, CLINICIAN):
        session(bench, *keys[role])
        bench.ok("stop")
        assert bench.state() == "STOPPED"
        assert bench.events("STOPPED_BY")[-1][4:6] == (keys[role][0], role)
        bench.ok("stop")  # nothing runs: nobody has stopped it
        session(bench, *keys[CLINICIAN])
        bench.ok("start")
    assert len(bench.events("STOPPED_BY")) == 2


# trace: 2018 replayed remote
@at_any_tick
def test_a_frame_that_comes_again_is_carried_out_once_and_not_answered():
    bench = Bench(RATE)
    paired(bench)
    wire = Wire(bench)
    bench.ok("stop")
    bench.ok("start")
    stop, start = wire.to_pump[-2:]
    assert resent(bench, stop) == [] and resent(bench, start) == []
    assert bench.state() == "INFUSING"
    assert bench.status()["bad_frames"] == [0, 2]
    bench.run_for(minutes=9)
    assert resent(bench, stop) == []
    assert bench.state() == "INFUSING"


def test_what_the_pump_says_is_no_command_and_what_the_host_says_no_answer():
    bench = Bench(RATE)
    paired(bench)
    wire = Wire(bench)
    bench.ok("status")
    for body in wire.to_host:
        assert resent(bench, body) == []
    secret = bench.far_end.secret
    assert [secret.opened(body) for body in wire.to_pump] == [None] * len(wire.to_pump)
    assert [secret.opened(body) for body in wire.to_host] == [None] * len(wire.to_host)  # once


# trace: 2016 checksum for a key
def test_a_frame_with_any_byte_changed_is_nothing():
    bench = Bench(RATE)
    paired(bench)
    secret = bench.far_end.secret
    body = secret.sealed({"id": 1, "do": "stop"})[3:-4]
    for place in range(1, len(body)):
        assert resent(bench, flipped(body, place)) == []
        bench.run_for(s=5)
    assert resent(bench, flipped(body, 0)) == [encode({NO_SESSION: 1})]  # of another slot
    assert resent(bench, bytes([SLOTS]) + body[1:]) == []
    for size in (0, 1, 5, 20, len(body) - 1):
        assert resent(bench, body[:size]) == []
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    assert len(resent(bench, body)) > 0  # it is good still
    assert bench.state() == "STOPPED"


def test_counters_may_leave_gaps_but_rise():
    bench = Bench(RATE)
    slot, key = paired(bench)
    told, tag = offered(bench, slot, key)
    bench.ok("prove", slot=slot, tag=tag)
    to_pump = clp1.mac(key, clp1.TO_PUMP, told)
    taken = []
    for counter in (0, 3, 3, 2, 7, 0xFFFF_FFFF, 1, 0):
        frame = clp1.sealed(to_pump, slot, counter, b'{"id":1,"do":"hello"}')
        taken.append(len(answered(bench, frame)) > 0)
    assert taken == [False, True, False, False, True, True, False, False]


def test_a_handshake_that_does_not_end_well_begins_no_session():
    bench = Bench(RATE)
    slot, key = paired(bench)
    with_secret(bench, None)
    prove = {"do": "prove", "slot": slot}
    assert bench.send_bytes(encode(dict(prove, tag=HEX))) == []  # without `open`
    told, tag = offered(bench, slot, key)
    assert bench.send_bytes(encode(dict(prove, tag=HEX))) == []
    assert bench.send_bytes(encode(dict(prove, slot=1, tag=tag))) == []
    bench.ok("prove", slot=slot, tag=tag)
    assert bench.send_bytes(encode(dict(prove, tag=tag))) == []  # a second time
    told, tag = offered(bench, slot, key)
    bench.run_for(s=10)
    assert bench.send_bytes(encode(dict(prove, tag=tag))) == []  # too late
    again = bench.restart()
    assert again.send_bytes(encode(dict(prove, tag=tag))) == []  # of the power-up before


def test_a_stray_open_cuts_nobody_off():
    bench = Bench(RATE)
    slot, key = paired(bench)
    secret = bench.far_end.secret
    offered(bench, slot, key)
    with_secret(bench, secret)
    bench.ok("stop")


def test_a_power_cut_within_a_handshake_leaves_a_pump_that_its_owner_opens():
    bench = Bench(RATE)
    slot, key = paired(bench)
    told, tag = offered(bench, slot, key)
    again = bench.restart()
    with_secret(again, Secret(slot, key, told))
    body = again.far_end.secret.sealed({"id": 1, "do": "start"})
    assert again.send_bytes(body) == []
    session(again, slot, key)
    again.ok("get", what="program", at=0)


@at_any_tick
def test_after_five_bad_frames_in_a_minute_strangers_wait_ten_seconds_and_owners_do_not():
    bench = Bench(RATE)
    slot, key = paired(bench)
    secret = bench.far_end.secret
    bad = flipped(secret.sealed({"id": 1, "do": "stop"}), 20)[3:-4]
    for _ in range(4):
        assert resent(bench, bad) == []
    with_secret(bench, None)
    bench.ok("status")
    resent(bench, bad)
    for data in (encode({"do": "status"}), encode({"do": "stop"}), encode({"do": "get"}), b"["):
        assert bench.send_bytes(data) == []
    assert bench.ok("hello")["paired"] == 1
    with_secret(bench, secret)
    bench.ok("status")
    session(bench, slot, key)  # a handshake that ends well
    bench.ok("stop")
    with_secret(bench, None)
    bench.run_for(ms=9_999)
    assert bench.send_bytes(encode({"do": "status"})) == []
    bench.run_for(ms=1)
    assert bench.status()["bad_frames"] == [5, 0]
    for _ in range(4):  # spread over more than a minute they lock nobody out
        resent(bench, bad)
        bench.run_for(s=16)
    resent(bench, bad)
    bench.ok("status")


def test_bad_frames_are_reported_once_a_minute():
    bench = Bench(RATE)
    paired(bench)
    bad = flipped(bench.far_end.secret.sealed({"id": 1, "do": "stop"}), 20)[3:-4]
    for _ in range(60):
        resent(bench, bad)
        bench.run_for(s=2)
    bench.ok("status")
    found = [event for event in bench.pump.port.recent.since(0)["events"] if event[3] == 63]
    assert 1 <= len(found) <= 3


def test_on_an_open_pump_bad_frames_lock_nobody_out():
    bench = Bench(RATE)
    slot, key = handed_out(bench)
    secret = session(bench, slot, key)
    bad = flipped(secret.sealed({"id": 1, "do": "keys"}), 20)
    with_secret(bench, None)
    for _ in range(20):
        assert bench.send_bytes(bad) == []
    bench.ok("stop")
    assert bench.status()["bad_frames"] == [0, 0]


def test_a_session_ends_after_ten_minutes_of_silence_and_delivery_goes_on():
    bench = Bench(RATE)
    paired(bench)
    secret = bench.far_end.secret
    bench.run_for(minutes=9, s=59)
    bench.ok("hello")
    bench.run_for(minutes=10)
    assert bench.send_bytes(secret.sealed({"id": 1, "do": "hello"})) == []
    with_secret(bench, None)
    assert bench.state() == "INFUSING"
    assert bench.emitted() == steps_at(RATE, bench.now_ms())


def test_bye_ends_a_session():
    bench = Bench(RATE)
    paired(bench)
    secret = bench.far_end.secret
    bench.ok("bye")
    assert bench.send_bytes(secret.sealed({"id": 1, "do": "hello"})) == []


def test_one_clinician_commands_at_a_time_and_others_read_on():
    bench = Bench(RATE)
    first = paired(bench)
    with_secret(bench, None)
    observer = paired(bench, "observer", "screen")
    reading = bench.far_end.secret
    session(bench, *first)
    second = handed_out(bench, name="second")
    session(bench, *second)
    bench.ok("keys")
    mine = bench.far_end.secret
    ours = session(bench, *first)
    with_secret(bench, mine)
    assert bench.send_bytes(mine.sealed({"id": 1, "do": "hello"})) == []
    with_secret(bench, ours)
    bench.ok("stop")
    with_secret(bench, reading)
    assert bench.ok("keys")["mine"] == observer[0]


# trace: S20.6
def test_ids_count_per_slot_and_a_command_under_one_id_is_done_once():
    bench = Bench(RATE)
    first = paired(bench)
    with_secret(bench, None)
    other = paired(bench, "patient", "handset")
    bolus = {"id": 77, "do": "bolus", "dose_ng": 2000, "duration_ms": 60_000}
    ours = session(bench, *first)
    (reply,) = bench.send_bytes(ours.sealed(bolus))
    assert reply == {"id": 77, "ok": 1}
    (reply,) = bench.send_bytes(ours.sealed(bolus))  # another frame, the same command
    assert (reply["ok"], reply["repeated"]) == (1, 1)
    theirs = session(bench, *other)
    (reply,) = bench.send_bytes(theirs.sealed({"id": 77, "do": "acknowledge"}))
    assert reply == {"id": 77, "ok": 1}
    again = bench.restart()
    ours = session(again, *first)
    (reply,) = again.send_bytes(ours.sealed(bolus))
    assert (reply["ok"], reply["repeated"]) == (1, 1)
    (reply,) = again.send_bytes(ours.sealed({"id": 77, "do": "acknowledge"}))
    assert reply["error"] == "ID_USED" and "id 77 " in reply["message"]


def test_events_are_sealed_for_each_session_and_come_once():
    bench = Bench(RATE)
    first = paired(bench)
    with_secret(bench, None)
    paired(bench, "observer", "screen")
    reading = bench.far_end.secret
    session(bench, *first)
    wire = Wire(bench)
    bench.ok("stop")
    assert [message for message in wire.plain if "event" in message] == []
    stopped = [body for body in wire.to_host if body[0] == 1]
    told = [reading.opened(body)["event"][3] for body in stopped]
    assert told == [event[3] for event in bench.far_end.events[-len(told) :]]
    assert [reading.opened(body) for body in stopped] == [None] * len(stopped)


def test_sealed_text_that_is_no_command_is_refused_or_nothing():
    bench = Bench(RATE)
    slot, key = paired(bench)
    told, tag = offered(bench, slot, key)
    bench.ok("prove", slot=slot, tag=tag)
    to_pump, to_host = clp1.mac(key, clp1.TO_PUMP, told), clp1.mac(key, clp1.TO_HOST, told)
    for counter, text in enumerate((b"", b"{", b"\xff", b'{"id" 7 "do" "stop"}')):
        assert answered(bench, clp1.sealed(to_pump, slot, counter + 1, text)) == []
    for counter, text in enumerate((b"[]", b"7", b'{"id":7,"do":"explode"}')):
        *_, data = answered(bench, clp1.sealed(to_pump, slot, counter + 10, text))
        reply = json.loads(clp1.opened(to_host, data[3:-4]))
        assert reply["error"] == "UNKNOWN_COMMAND"
    assert bench.state() == "INFUSING"
