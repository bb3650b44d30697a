"""Stories of the link: frames in pieces, noise, commands that cannot be, commands in the wrong
state.
"""

from firmware.link.frames import encode
from tests.rigs.pump import ML, UL, Bench, at_any_tick, steps_at

RATE = 500 * UL
STATUS = {"id": 99, "do": "status"}


@at_any_tick
def test_a_frame_may_come_byte_by_byte():
    bench = Bench(RATE)
    frame = encode(STATUS)
    for byte in frame[:-1]:
        assert bench.send_bytes(bytes([byte])) == []
        bench.run_for(ms=1)
    (reply,) = bench.send_bytes(frame[-1:])
    assert (reply["id"], reply["ok"], reply["state"]) == (99, 1, "INFUSING")


@at_any_tick
def test_noise_before_between_and_behind_frames_loses_none():
    bench = Bench(RATE)
    noise = bytes([0, 255, 0xC5, 7, 0, 1, 2, 0xC5]) + b"{}" * 9
    data = noise + encode(STATUS) + noise + encode({"id": 100, "do": "status"}) + bytes(20)
    assert [reply["id"] for reply in bench.send_bytes(data)] == [99, 100]
    assert bench.status()["broken_frames"] > 0


@at_any_tick
def test_a_frame_with_a_flipped_bit_does_nothing():
    bench = Bench(RATE)
    good = encode({"id": 1, "do": "stop"})
    for place in range(len(good)):
        bad = bytearray(good)
        bad[place] ^= 4
        assert bench.send_bytes(bytes(bad)) == []
        bench.send_bytes(bytes(300))  # a length that was flipped up waits for its bytes
    assert bench.state() == "INFUSING"
    assert bench.events("RUN_END") == []


# trace: telemetry holds up delivery
@at_any_tick
def test_a_stream_of_noise_does_not_hold_up_delivery():
    bench = Bench(RATE)
    seed = 7
    for _ in range(200):
        noise = []
        for _ in range(40):
            seed = (seed * 1_103_515_245 + 12_345) % (1 << 31)
            noise.append(seed >> 16 & 255)
        assert bench.send_bytes(bytes(noise)) == []
        bench.run_for(ms=500)
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    for _ in range(90):  # the longest frame that the noise can have announced
        bench.send_bytes(bytes(100))
    bench.ok("stop")


NOT_COMMANDS = [
    5, None, True, "stop", [], ["stop"], {}, {"do": None}, {"do": 1}, {"do": ["stop"]},
    {"do": "Stop"}, {"do": "reboot"}, {"do": ""},
    {"do": "stop" * 100}, {"do": "\x01" * 100}, {"do": "\xe9" * 100},
]  # fmt: skip
BAD_FIELDS = [
    {"do": "stop", "now": 1},
    {"do": "status", "verbose": True},
    {"do": "bolus"},
    {"do": "bolus", "dose_ng": 1},
    {"do": "bolus", "duration_ms": 1000},
    {"do": "bolus", "volume_pl": 10**6, "duration_ms": 1000},
    {"do": "bolus", "dose_ng": 1000, "volume_pl": 10**6, "duration_ms": 1000},
    {"do": "bolus", "dose_ng": 0, "duration_ms": 1000},
    {"do": "bolus", "dose_ng": -5, "duration_ms": 1000},
    {"do": "bolus", "dose_ng": "1 uL", "duration_ms": 1000},
    {"do": "bolus", "dose_ng": True, "duration_ms": 1000},
    {"do": "bolus", "dose_ng": 2.5, "duration_ms": 1000},
    {"do": "bolus", "dose_ng": 10**15 + 1, "duration_ms": 1000},
    {"do": "bolus", "dose_ng": 1, "duration_ms": 999},
    {"do": "bolus", "dose_ng": 1, "duration_ms": 7 * 86_400_000 + 1},
    {"do": "refill", "fill_pl": None, "withdrawn_pl": 0},
    {"do": "set_program"},
    {"do": "put", "what": "program", "at": 0, "text": ""},
    {"do": "put", "what": "program", "at": 0, "text": "\u00b5"},
    {"do": "put", "what": "program", "at": 4096, "text": "1"},
    {"do": "stage", "what": "ledger", "size": 0, "sha256": "0"},
]
BAD_PROGRAMS = [
    None,
    {"mode": "continuous"},
    {"mode": ["continuous"]},
    {"mode": "continuous", "rate_pl_per_day": 25 * 10**9},
    {"mode": "flex", "safe_rate_pl_per_day": 1, "steps": []},
    {"mode": "flex", "safe_rate_pl_per_day": 1, "steps": [[5, 1], [5, 2]]},
    {
        "mode": "weekly",
        "safe_rate_pl_per_day": 1,
        "patterns": {"a": [[0, 1]]},
        "days": ["b"] * 7,
    },
    {"mode": "x" * 500},
]


@at_any_tick
def test_what_is_no_command_is_answered_and_changes_nothing():
    bench = Bench(RATE)
    for payload in NOT_COMMANDS:
        (reply,) = bench.send_bytes(encode(payload))
        assert (reply["ok"], reply["error"]) == (0, "UNKNOWN_COMMAND"), payload
    for payload in BAD_FIELDS:
        (reply,) = bench.send_bytes(encode(payload))
        assert (reply["ok"], reply["error"]) == (0, "BAD_FIELD"), payload
        assert payload["do"] in reply["message"] or "program" in reply["message"], reply
    bench.run_for(minutes=5)
    assert bench.emitted() == steps_at(RATE, bench.now_ms())
    assert len(bench.events("COMMAND_REFUSED")) == len(NOT_COMMANDS) + len(BAD_FIELDS)
    for program in BAD_PROGRAMS:
        assert bench.refused("set_program", program=program) == "BAD_FIELD", program


@at_any_tick
def test_a_reply_carries_the_number_it_was_asked_with_and_0_where_there_is_none():
    bench = Bench(RATE)
    for asked, answered in (
        (0, 0),
        (1, 1),
        (2**31 - 1, 2**31 - 1),
        (-1, 0),
        ("seven", 0),
        (None, 0),
        ([1, 2], 0),
    ):
        (reply,) = bench.send_bytes(encode({"id": asked, "do": "acknowledge"}))
        assert (reply["id"], reply["ok"]) == (answered, 1)


def odd_bodies(size):
    yield b"[" * (size // 10) + b"]" * (size // 10)
    yield b"[" * size
    yield b'{"id":"' + b"i" * size + b'","do":"stop it"}'
    yield b'{"do":"' + b"\xc3\xa9" * (size // 2) + b'"}'
    yield b'{"do":"bolus","dose_ng":' + b"9" * (size // 2) + b',"duration_ms":1000}'
    yield b'{"id":' + b"9" * (size // 2) + b',"do":"x"}'
    yield b"{}" * (size // 2)
    yield b"\xff" * size
    yield b'{"do":1e999}'
    yield b"1e999"
    yield b""


# trace: buffer overflow
@at_any_tick
def test_no_payload_can_bring_the_pump_down():
    bench = Bench(RATE)
    for body in odd_bodies(600):
        bench.send_bytes(framed(body))
        assert bench.state() == "INFUSING"
    assert bench.events("RUN_END") == []


NO_JSON = [
    b'{"id" 1 "do" "stop"}', b'{"id":1 "do":"stop"}', b'{"id":1,"do":"stop",}', b'{"do":"stop"}}',
    b"{'do':'stop'}", b'{do:"stop"}', b'{"do":"stop"} {}', b'{"id":01,"do":"stop"}',
    b'{"id":+1,"do":"stop"}', b'{"id":1.,"do":"stop"}', b'{"do":"st\\x6fp"}', b'{"do":"stop\n"}',
    b'{"do":"stop","now":NaN}', b'{"do":"stop","\xff":1}', b'\xef\xbb\xbf{"do":"stop"}',
    b'{"do":"stop"', b'{"do","stop"}', b'["do":"stop"]', b'{"do":"stop"]',
]  # fmt: skip
ODD_JSON = [
    b' {\t"id"\n:\r1 , "do" : "stop" } ', b'{"do":"st\\u006fp"}', b'{"id":1e0,"do":"stop"}',
    b'{"do":"start","do":"stop"}', b'{"id":-0,"do":"stop"}', b'{"id":"\xc3\xa9","do":"stop"}',
]  # fmt: skip


@at_any_tick
def test_what_is_no_json_is_no_command_and_what_is_is_one_on_every_interpreter():
    bench = Bench(RATE)
    for body in NO_JSON:
        assert bench.send_bytes(framed(body)) == [], body
    assert bench.state() == "INFUSING"
    assert bench.status()["broken_frames"] == len(NO_JSON)
    for body in ODD_JSON:
        assert [reply["ok"] for reply in bench.send_bytes(framed(body))] == [1], body
        assert bench.state() == "STOPPED", body
        bench.ok("start")


def framed(body):
    """A good frame around bytes that need not be JSON."""
    import binascii
    import struct

    checked = struct.pack("<H", len(body)) + body
    return bytes([0xC5]) + checked + struct.pack("<I", binascii.crc32(checked) & 0xFFFFFFFF)


# trace: mode confusion
@at_any_tick
def test_a_command_in_the_wrong_state_is_refused_and_says_where_it_is_taken():
    bench = Bench(RATE)
    assert "INFUSING" in bench.send("start")["message"]
    assert bench.refused("reset_fault") == "WRONG_STATE"
    bench.ok("stop")
    bench.ok("stop")  # a stop while stopped is no error
    assert bench.refused("reset_fault") == "WRONG_STATE"
    assert len(bench.events("RUN_END")) == 1
    bench.ok("set_program", program={"mode": "stopped"})
    assert bench.refused("start") == "NOT_NOW"
    bench.ok("set_program", program={"mode": "minimum"})
    bench.ok("start")
    assert bench.rate() == 6 * UL


@at_any_tick
def test_a_program_takes_effect_at_once_and_stopped_stops():
    bench = Bench(RATE)
    bench.run_for(minutes=10)
    bench.ok("set_program", program={"mode": "continuous", "rate_pl_per_day": 2 * RATE})
    assert bench.rate() == 2 * RATE
    bench.run_for(minutes=10)
    assert bench.emitted() == steps_at(3 * RATE, 600_000)
    assert bench.events("RUN_END") == []
    bench.ok("set_program", program={"mode": "stopped"})
    assert bench.state() == "STOPPED"


@at_any_tick
def test_a_burst_of_commands_leaves_the_queue_no_crumbs_to_run_dry_on():
    for pl_per_rev in (10 * UL, UL):  # 89 and 889 steps a second
        bench = None
        bench = Bench(24 * ML, head={"pl_per_rev": pl_per_rev})
        for _ in range(12):
            bench.send("status")
            bench.run_for(ms=1)
        bench.run_for(s=10)
        assert bench.raised("UNDERRUN") == []
        assert bench.emitted() == 24 * ML * bench.now_ms() * 3200 // (86_400_000 * pl_per_rev)


@at_any_tick
def test_half_a_character_is_no_text_and_a_whole_one_is():
    bench = Bench(RATE)
    bench.ok("stop")
    text = b'{"id":%d,"do":"refill","fill_pl":1000000000,"withdrawn_pl":0,"conc_ng_per_ml":500000,'
    text += b'"no_bridge_ng":0,"drug":"%s"}'
    halves = (b"\\ud800", b"a\\udc00", b"\\ude00\\ud83d", b"\\ud83d\\ud83d\\ude00", b"\\ud83da")
    for number, half in enumerate(halves):
        (reply,) = bench.send_bytes(framed(text % (number + 1, half)))
        assert reply["error"] == "BAD_FIELD" and "of UTF-8" in reply["message"], half
    (reply,) = bench.send_bytes(framed(text % (9, b"\\ud83d\\ude00")))
    assert reply["ok"] == 1
    bench.restart().ok("status")
