"""What a client may not: the therapy of others, the limits of the pump, what others stopped."""

import socket
from threading import Event

import pytest

from clepsydra.errors import LinkLost
from clepsydra.new_era.packets import encode
from tests.rigs.gateway_rig import GatewayRig, lab_pump

RATE = {"mode": "continuous", "rate_pl_per_day": 2_000_000_000}
MINUTE_MS = 60_000
WRITES = ("DIA10", "RAT20UH", "VOL5", "DIRINF", "CLDINF", "PHN1", "FUNRAT", "RUN", "PUR", "AL1")


@pytest.fixture
def begun(rig):
    rig.begin()
    return rig


def of_pump(rig, *names):
    raw = rig.status().raw
    return [raw[name] for name in names]


# trace: S24.4
def test_while_a_therapy_is_in_force_a_client_only_reads_and_cannot_stop_it(begun):
    begun.do(lambda: begun.pump.set_program(RATE))
    assert [begun.answers(word) for word in WRITES] == ["00S?NA"] * len(WRITES)
    assert begun.answers("STP") == "00S"  # nothing runs that it could stop
    begun.do(lambda: (begun.pump.start(), begun.driven.run(10 * MINUTE_MS)))
    begun.driven.changes.clear()
    assert [begun.answers(word) for word in (*WRITES, "STP", "STP")] == ["00I?NA"] * 12
    assert begun.answers("") == "00I"
    assert begun.answers("RAT") == "00I83.33UH"
    assert begun.answers("DIS").startswith("00II13.8")
    assert begun.answers("VER").startswith("00INE1000X9V")
    assert begun.answers("SAF0") == "00I"
    assert begun.driven.changes == []
    assert of_pump(begun, "state") == ["INFUSING"]
    assert "STP refused: a therapy program is in force" in begun.said[-1]


# trace: S24.4
def test_a_client_that_falls_silent_stops_no_therapy_of_others(begun):
    begun.do(lambda: begun.pump.set_program(RATE))
    begun.do(begun.pump.start)
    assert begun.ask(b"SAF1\r") == encode("00I", safe=True)
    while begun.ask(b"0\r") != encode("00A?T", safe=True):
        Event().wait(1.2)
    assert of_pump(begun, "state") == ["INFUSING"]


def test_a_client_that_waits_for_a_slow_pump_is_not_silent(begun):
    read = begun.driven.read

    def slow(until_ms):
        begun.driven.read = read
        Event().wait(1.3)
        return read(until_ms)

    assert begun.ask(b"SAF1\r") == encode("00S", safe=True)
    begun.do(lambda: setattr(begun.driven, "read", slow))
    assert begun.ask(b"RAT20UH\r") == encode("00S", safe=True)
    assert begun.ask(b"SAF0\r") == encode("00S", safe=False)


# trace: S24.4
def test_a_bolus_of_somebody_else_is_not_stopped_with_what_a_client_has_started(begun):
    for word in ("RAT20UH", "RUN"):
        begun.answers(word)
    begun.do(lambda: begun.pump.bolus("10 uL", "10 min"))
    assert begun.answers("STP") == "00I?NA"
    assert "a bolus that somebody else has given" in begun.said[-1]
    begun.do(lambda: begun.driven.run(11 * MINUTE_MS))
    assert begun.answers("STP") == "00P"
    assert of_pump(begun, "state", "program_mode") == ["STOPPED", 0]


def test_a_pause_goes_on_with_the_rest_of_the_volume_to_the_step(begun):
    for word in ("VOL25", "RAT20.83UH", "RUN"):
        assert begun.answers(word)[2] in "SI"
    begun.do(lambda: begun.driven.run(20 * MINUTE_MS))
    assert begun.answers("STP") == "00P"
    assert 0 < begun.steps() < 8000
    assert begun.answers("RAT250UH") == "00P"
    assert begun.answers("RUN") == "00I"
    begun.do(lambda: begun.driven.run(20 * MINUTE_MS))
    assert begun.answers("") == "00S"
    assert begun.steps() == 8000
    assert of_pump(begun, "state", "program_mode") == ["STOPPED", 0]


def test_a_new_volume_ends_a_pause(begun):
    for word in ("VOL25", "RAT250UH", "RUN"):
        begun.answers(word)
    assert begun.answers("STP") == "00P"
    assert begun.answers("VOL10") == "00S"
    before = begun.steps()
    assert begun.answers("RUN") == "00I"
    begun.do(lambda: begun.driven.run(5 * MINUTE_MS))
    assert begun.steps() == before + 3200


def test_who_stops_the_pump_or_takes_it_is_told_to_the_client_as_an_error(begun):
    for word in ("VOL25", "RAT250UH", "RUN"):
        begun.answers(word)
    begun.do(begun.pump.stop)
    assert begun.answers("") == "00A?E"
    assert begun.answers("") == "00S"
    assert "cut short: the pump is STOPPED, by a command" in begun.said[-1]
    for word in ("VOL0", "RUN"):
        begun.answers(word)
    begun.do(lambda: begun.pump.set_program(RATE))
    assert begun.answers("STP") == "00A?E"
    assert begun.answers("STP") == "00I?NA"
    assert of_pump(begun, "state") == ["INFUSING"]


def test_a_stall_ends_the_run_and_a_person_has_to_see_it_first(begun):
    for word in ("RAT250UH", "RUN"):
        begun.answers(word)
    begun.do(lambda: begun.driven.run(5 * MINUTE_MS, fault={"kind": "stall", "lasts_ms": 3600_000}))
    assert begun.answers("") == "00A?S"
    assert begun.answers("") == "00S"
    assert begun.answers("RUN") == "00S?NA"
    assert begun.said[-1] == "RUN refused: MOTOR_STALL was not acknowledged: clepsydra ack"
    assert of_pump(begun, "state", "program_mode") == ["STOPPED", 0]


def test_what_cannot_be_is_answered_as_a_new_era_pump_does(begun):
    wrong = {
        "RUN": "?NA",  # no rate yet
        "RAT1000UM": "?OOR",
        "RAT0UH": "?OOR",
        "RAT12.345UH": "?OOR",
        "VOLnan": "?OOR",
        "VOL12345": "?OOR",
        "DIA0.01": "?OOR",
        "DIA60": "?OOR",
        "DIRWDR": "?NA",
        "DIRREV": "?NA",
        "DIRSTP": "?",
        "PUR": "?NA",
        "PHN3": "?OOR",
        "FUNLIN": "?NA",
        "RUN2": "?OOR",
        "SAF256": "?OOR",
        "CLDALL": "?",
        "*RESET": "?",
        "ADR3": "?",
    }
    assert {word: begun.answers(word)[3:] for word in wrong} == wrong
    broken = bytearray(encode("0RUN", safe=True))
    broken[4] ^= 1
    assert begun.ask(bytes(broken)) == encode("00S?COM", safe=False)
    assert begun.answers("PHN2") == "00S" and begun.answers("RAT20UH") == "00S?NA"
    assert [begun.answers(word) for word in ("FUN", "FUNSTP", "PHN")] == ["00SSTP", "00S", "00S02"]
    assert [begun.answers(word) for word in ("TRGFT", "TRG", "AL1", "AL")] == [
        "00S",
        "00SFT",
        "00S",
        "00S1",
    ]
    assert begun.driven.changes == []


def test_texts_are_read_as_a_new_era_pump_reads_them(begun):
    for text in ("0 RAT C 1.500 UM", "0rat1.500um", "* RAT 1.5 UM", "00RAT1.5UM", " RAT1.5"):
        assert begun.answers(text) == "00S", text
        assert begun.answers("RAT") == "00S1.500UM"


@pytest.mark.parametrize(
    ("limits", "words", "told"),
    [
        ('bolus_lockout = "4 h"', ("VOL1", "RAT500UH"), "LOCKOUT"),
        ('max_bolus = "1 ug"', ("VOL5", "RAT500UH"), "MAX_BOLUS"),
        ('program_max_rate = "1 mL/d"', ("VOL0", "RAT500UH"), "program.dose_ng_per_day"),
    ],
)
def test_a_limit_of_the_pump_is_not_applicable_and_the_log_says_which(
    limits, words, told, tmp_path
):
    with GatewayRig(tmp_path, lab_pump(tmp_path, "2000 ug/mL", limits + "\n")) as rig:
        rig.begin()
        for word in words:
            rig.answers(word)
        if told == "LOCKOUT":
            assert rig.answers("RUN") == "00I", (rig.said, rig.status().raw["dose_confirmed"])
            rig.do(lambda: rig.driven.run(5 * MINUTE_MS))
        assert rig.answers("RUN") == "00S?NA"
        assert told in rig.said[-1], rig.said
        assert of_pump(rig, "state", "program_mode") == ["STOPPED", 0]


def test_after_days_without_a_dose_what_the_client_states_is_given_and_no_old_dose(tmp_path):
    with GatewayRig(tmp_path, lab_pump(tmp_path, "2000 ug/mL")) as rig:
        rig.begin()
        for word in ("VOL1", "RAT500UH", "RUN"):
            rig.answers(word)
        for words in (("VOL2", "RUN"), ("VOL0", "RAT20UH", "RUN")):
            rig.do(lambda: rig.driven.run(MINUTE_MS))
            rig.answers("STP")
            rig.answers("STP")
            rig.do(lambda: rig.driven.run(3 * 24 * 60 * MINUTE_MS))
            assert of_pump(rig, "state", "dose_confirmed") == ["STOPPED", 0]
            assert [rig.answers(word) for word in words][-1] == "00I"
        assert of_pump(rig, "permitted_pl_per_day") == [480_000_000]
        assert rig.steps() == 320 + 640


def test_a_pump_that_does_not_answer_is_a_reset_and_never_a_state(begun):
    for word in ("VOL1", "RAT20UH", "RUN"):
        begun.answers(word)
    real = begun.driven.read

    def silent(until_ms):
        raise LinkLost("the line broke")

    begun.do(lambda: setattr(begun.driven, "read", silent))
    assert [begun.answers(word) for word in ("", "STP", "")] == ["00A?R"] * 3
    assert len([line for line in begun.said if line.startswith("no contact")]) == 1
    begun.do(lambda: setattr(begun.driven, "read", real))
    while begun.answers("") == "00A?R":
        pass
    assert "the pump answers again" in begun.said
    assert begun.answers("") == "00I"


def test_a_packet_for_another_address_gets_no_answer(tmp_path):
    with GatewayRig(tmp_path, listen="socket", address=7) as rig:
        host, _, port = rig.port.removeprefix("socket://").partition(":")
        with (
            socket.create_connection((host, int(port))) as one,
            socket.create_connection((host, int(port))) as other,
        ):
            one.sendall(b"0VER\r8VER\r7\r")
            assert one.recv(100) == encode("07A?R", safe=False)
            other.sendall(encode("7SAF9", safe=True))
            assert other.recv(100) == encode("07S", safe=True)
            one.sendall(b"07VER\r")  # its mode is its own
            assert one.recv(100) == encode("07SNE1000X9V1.0", safe=False)
            one.sendall(b"7RAT20UH\r7RUN\r")
            got = b""
            while got.count(b"\x03") < 2:
                got += one.recv(100)
            assert got == encode("07S", safe=False) + encode("07I", safe=False)
            other.sendall(b"7SAF1\r")
            other.recv(100)
        while rig.status().state != "STOPPED":  # who has hung up is silent too
            pass
        assert "fallen silent" in " ".join(rig.said)


def test_a_gateway_that_ends_stops_what_a_client_has_started(begun):
    for word in ("RAT20UH", "RUN"):
        begun.answers(word)
    begun.do(begun.gateway.close)
    assert of_pump(begun, "state", "program_mode") == ["STOPPED", 0]
