"""Stories of pairing: who is at the pump gives a key, it counts with its first good frame, and
there is never a pump that nobody can open.
"""

from firmware.link.access import CLEARED, HANDED_OUT, LIVE, NOT_CLEARED, PRESSED, REMOVED
from firmware.link.commands import TABLE
from firmware.link.key_slots import SLOTS
from hal.contract import SERVICE, HalError
from tests.rigs.paired import handed_out, paired, press_service, session, with_secret
from tests.rigs.pump import UL, Bench, at_any_tick, steps_at

RATE = 500 * UL
IN_PLAIN = ("hello", "status", "open", "prove")
NONCE = "00" * 16


def pair(bench, role="clinician", name="lab"):
    return bench.send("pair", role=role, name=name, nonce=NONCE)


def broken(at, data):
    raise HalError("the chip refuses")


def told(bench):
    return [event.a for event in bench.events("PAIRING")]


@at_any_tick
def test_a_pump_without_keys_is_open_and_says_so():
    bench = Bench(RATE)
    assert (bench.ok("hello")["paired"], bench.status()["paired"]) == (0, 0)
    assert bench.ok("keys")["keys"] == []
    bench.ok("stop")


def test_no_key_is_handed_out_unless_somebody_is_at_the_pump():
    bench = Bench(RATE)
    assert "press its service input" in pair(bench)["message"]
    press_service(bench)
    assert told(bench) == [PRESSED]
    assert 58_000 < bench.status()["pairing_ms"] <= 60_000
    bench.run_for(s=60)
    assert bench.status()["pairing_ms"] == 0
    assert pair(bench)["error"] == "NOT_NOW"
    press_service(bench)
    assert pair(bench)["ok"] == 1


# trace: S12.4
def test_a_press_lasts_half_a_second_is_heard_and_counts_once():
    bench = Bench(RATE)
    bench.press(SERVICE)
    bench.run_for(ms=400)
    bench.press(SERVICE, False)
    bench.run_for(s=1)
    assert told(bench) == []
    bench.press(SERVICE)
    bench.run_for(ms=499)
    assert told(bench) == [] and bench.sound() == 0
    bench.run_for(ms=1)
    assert told(bench) == [PRESSED] and bench.sound() > 0
    bench.run_for(minutes=2)  # a switch that stays on
    assert told(bench) == [PRESSED] and bench.status()["pairing_ms"] == 0


def test_a_service_input_that_is_on_at_power_up_pairs_nothing():
    bench = Bench(RATE, held=SERVICE)
    bench.run_for(minutes=1)
    assert told(bench) == []
    bench.press(SERVICE, False)
    press_service(bench)
    assert told(bench) == [PRESSED]


@at_any_tick
def test_a_key_counts_with_its_first_good_frame_and_until_then_nothing_has_changed():
    bench = Bench(RATE)
    slot, key = handed_out(bench)
    assert told(bench) == [PRESSED, HANDED_OUT]
    session(bench, slot, key)  # the handshake alone is no frame
    with_secret(bench, None)
    assert bench.status()["paired"] == 0
    bench.ok("stop")
    bench.ok("start")
    session(bench, slot, key)
    assert bench.ok("keys") == {
        "id": bench.far_end.last_id,
        "ok": 1,
        "keys": [[0, "clinician", "lab"]],
        "mine": 0,
    }
    assert told(bench) == [PRESSED, HANDED_OUT, LIVE]
    assert bench.status()["pairing_ms"] == 0
    with_secret(bench, None)
    assert (bench.ok("hello")["paired"], bench.status()["paired"]) == (1, 1)
    assert bench.refused("stop") == "NOT_PROVEN"
    assert bench.state() == "INFUSING"


def test_a_key_whose_first_frame_comes_too_late_never_counts():
    bench = Bench(RATE)
    slot, key = handed_out(bench)
    session(bench, slot, key)
    bench.run_for(s=119)
    secret = bench.far_end.secret
    bench.run_for(s=2)
    assert bench.send_bytes(secret.sealed({"do": "keys"})) == []
    with_secret(bench, None)
    bench.ok("stop")
    assert bench.status()["paired"] == 0


def test_of_two_keys_that_were_handed_out_the_last_one_counts():
    bench = Bench(RATE)
    slot, first = handed_out(bench)
    secret = session(bench, slot, first)
    with_secret(bench, None)
    assert pair(bench)["slot"] == slot
    assert bench.send_bytes(secret.sealed({"do": "keys"})) == []
    assert bench.status()["paired"] == 0
    paired(bench)


# trace: 2019 no authentication
def test_each_plain_command_is_refused_after_pairing_but_hello_and_status():
    bench = Bench(RATE)
    paired(bench)
    with_secret(bench, None)
    before = bench.status()
    for name in sorted(TABLE):
        if name not in IN_PLAIN + ("pair",):
            reply = bench.send(name, **dict.fromkeys(TABLE[name].fields, 1))
            assert (reply["ok"], reply["error"]) == (0, "NOT_PROVEN"), reply
    assert pair(bench)["error"] == "NOT_NOW"
    assert dict(bench.status(), id=0) == dict(before, id=0)
    bench.run_for(minutes=10)
    assert bench.emitted() == steps_at(RATE, bench.now_ms())


def test_the_first_key_is_a_clinicians():
    bench = Bench(RATE)
    press_service(bench)
    for role in ("observer", "patient"):
        assert "a clinician's" in pair(bench, role)["message"]
    assert bench.refused("pair", role="nobody", name="lab", nonce=NONCE) == "BAD_FIELD"
    assert bench.refused("pair", role="clinician", name="x" * 9, nonce=NONCE) == "BAD_FIELD"
    assert bench.refused("pair", role="clinician", name="\u00e4", nonce=NONCE) == "BAD_FIELD"
    assert bench.refused("pair", role="clinician", name="lab", nonce="zz" * 16) == "BAD_FIELD"
    paired(bench)


def test_a_clinicians_key_is_added_by_a_clinician_alone():
    bench = Bench(RATE)
    first = paired(bench)
    with_secret(bench, None)
    press_service(bench)
    assert pair(bench)["error"] == "NOT_PROVEN"
    for role in ("patient", "observer"):
        with_secret(bench, None)
        paired(bench, role, role)
        press_service(bench)
        assert pair(bench)["error"] == "ROLE"
    session(bench, *first)
    second = handed_out(bench, name="second")
    session(bench, *second)
    assert bench.ok("keys")["mine"] == 3
    roles = [row[1] for row in bench.ok("keys")["keys"]]
    assert roles == ["clinician", "patient", "observer", "clinician"]


def test_there_are_four_slots():
    bench = Bench(RATE)
    first = paired(bench)
    for n in range(1, SLOTS):
        with_secret(bench, None)
        assert paired(bench, "observer", "view %d" % n)[0] == n
    with_secret(bench, None)
    press_service(bench)
    assert "all 4 slots" in pair(bench, "observer")["message"]
    session(bench, *first)
    press_service(bench)
    bench.ok("unpair", slot=2)
    assert [row[0] for row in bench.ok("keys")["keys"]] == [0, 1, 3]
    with_secret(bench, None)
    assert handed_out(bench, "observer")[0] == 2


def test_a_key_is_taken_back_by_a_clinician_who_is_at_the_pump():
    bench = Bench(RATE)
    first = paired(bench)
    with_secret(bench, None)
    other = paired(bench, "patient", "handset")
    session(bench, *first)
    assert "press its service input" in bench.send("unpair", slot=other[0])["message"]
    press_service(bench)
    assert bench.refused("unpair", slot=3) == "NOT_NOW"
    assert bench.ok("unpair", slot=other[0])["paired"] == 1
    assert bench.refused("unpair", slot=first[0]) == "NOT_NOW"  # one press, one key
    assert told(bench)[-1] == REMOVED
    with_secret(bench, None)
    offer = bench.ok("open", slot=other[0], nonce=NONCE)  # answered as if there were one
    assert len(offer["tag"]) == 32
    assert bench.status()["paired"] == 1


def test_with_the_last_clinicians_key_all_go_and_the_pump_is_open():
    bench = Bench(RATE)
    first = paired(bench)
    with_secret(bench, None)
    patient = paired(bench, "patient", "handset")
    secret = session(bench, *patient)
    session(bench, *first)
    press_service(bench)
    assert bench.ok("unpair", slot=first[0])["paired"] == 0  # sealed still
    with_secret(bench, None)
    assert bench.status()["paired"] == 0
    assert bench.send_bytes(secret.sealed({"do": "stop", "id": 1})) == []
    assert bench.state() == "INFUSING"
    bench.ok("stop")
    again = bench.restart()
    assert again.status()["paired"] == 0
    again.ok("keys")


@at_any_tick
def test_keys_outlast_a_power_cut_and_the_number_of_the_power_up_rises():
    bench = Bench(RATE)
    key = paired(bench)
    boots = []
    for _ in range(3):
        bench = bench.restart()
        assert bench.status()["paired"] == 1
        assert bench.refused("start") == "NOT_PROVEN"
        boots.append(bench.ok("open", slot=0, nonce=NONCE)["boot"])
        session(bench, *key)
        bench.ok("get", what="program", at=0)
    assert boots == sorted(set(boots))


def test_lost_keys_are_cleared_from_the_console_once():
    bench = Bench(RATE)
    paired(bench)
    mark = bench.restart().hal.store
    blobs = [("journal_id", mark.read("journal_id")), ("forget_keys", b"1")]
    again = bench.restart(blobs=blobs)
    assert told(again) == [CLEARED]
    assert again.status()["paired"] == 0
    assert again.hal.store.read("forget_keys") == b""
    again.ok("keys")
    key = paired(again)
    third = again.restart(blobs=[(blobs[0]), ("forget_keys", b"")])
    assert third.status()["paired"] == 1
    session(third, *key)


def test_a_store_that_does_not_take_the_note_back_clears_them_again():
    bench = Bench(RATE)
    paired(bench)
    blobs = [("journal_id", bench.hal.store.read("journal_id")), ("forget_keys", b"1")]
    again = bench.restart(blobs=blobs, store_full=True)
    assert again.status()["paired"] == 0
    assert again.hal.store.read("forget_keys") == b"1"
    assert told(again) == [CLEARED, NOT_CLEARED]


def test_a_board_whose_memory_forgets_is_not_paired():
    from firmware.books.memory import RamMemory

    bench = Bench(RATE, memory=RamMemory())
    press_service(bench)
    assert "would be gone with the power" in pair(bench)["message"]


def test_a_board_without_a_service_input_and_a_button_is_not_paired():
    from boards.rpi_pico import BOARD

    pins = {
        name: pin
        for name, pin in BOARD["pins"].items()
        if name not in ("service", "patient_button")
    }
    bench = Bench(RATE, board=dict(BOARD, pins=pins))
    press_service(bench)
    assert "no service input and no button" in pair(bench)["message"]


def test_a_flash_that_takes_no_record_says_so_of_a_new_key():
    bench = Bench(RATE)
    slot, key = handed_out(bench)
    session(bench, slot, key)
    bench.flash.program = broken
    assert bench.ok("keys")["kept"] == 0
