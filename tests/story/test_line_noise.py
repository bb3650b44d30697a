"""Stories of a noisy line: no noise hides a command, and none is carried out late."""

from firmware.link.frames import encode
from tests.rigs.pump import ML, UL, Bench, at_any_tick

RATE = 500 * UL
BOLUS = {"id": 1, "do": "bolus", "dose_ng": 50_000, "duration_ms": 600_000}
STOP = {"id": 2, "do": "stop"}


def random_bytes(count, seed):
    made = bytearray(count)
    for place in range(count):
        seed = (seed * 1_103_515_245 + 12_345) % (1 << 31)
        made[place] = seed >> 16 & 255
    return bytes(made)


@at_any_tick
def test_a_command_behind_the_head_of_a_frame_that_never_comes_is_carried_out_at_once():
    for noise in (b"\xc5", b"\xc5\x2c\x01", b"\xc5\x00\x10", b"\xc5\xff\x1f" * 3):
        bench = None
        bench = Bench(RATE)
        bench.send_bytes(noise)
        bench.run_for(ms=500)
        assert [reply["ok"] for reply in bench.send_bytes(encode(BOLUS))] == [1]
        assert [event.at_ms for event in bench.events("BOLUS_ACCEPTED")] == [500]


# trace: EMI
@at_any_tick
def test_a_flipped_bit_in_a_length_does_not_swallow_the_next_try():
    bench = Bench(RATE)
    broken = bytearray(encode(BOLUS))
    broken[2] ^= 0x10
    assert bench.send_bytes(bytes(broken)) == []
    bench.run_for(ms=500)
    assert [reply["ok"] for reply in bench.send_bytes(encode(BOLUS))] == [1]
    bench.run_for(hours=1)
    assert [event.at_ms for event in bench.events("BOLUS_ACCEPTED")] == [500]
    assert [reply["ok"] for reply in bench.send_bytes(bytes(broken) + encode(STOP))] == [1]
    assert bench.state() == "STOPPED"


@at_any_tick
def test_a_command_that_is_not_whole_within_a_second_is_never_carried_out():
    bench = Bench(RATE)
    frame = encode(BOLUS)
    bench.send_bytes(frame[:20])
    bench.run_for(ms=1001)
    assert bench.send_bytes(frame[20:]) == []
    bench.run_for(hours=8)
    bench.send_bytes(encode(STOP))
    assert bench.events("BOLUS_ACCEPTED") == []
    assert bench.state() == "STOPPED"


@at_any_tick
def test_a_command_whose_last_byte_comes_a_second_after_the_first_is_carried_out():
    bench = Bench(RATE)
    frame = encode(BOLUS)
    for ms in range(0, 1000, 50):
        assert bench.send_bytes(frame[ms // 50 : ms // 50 + 1]) == []
        bench.run_for(ms=50)
    assert [reply["ok"] for reply in bench.send_bytes(frame[20:])] == [1]


@at_any_tick
def test_the_time_out_wakes_the_loop():
    bench = Bench(RATE)
    bench.run_for(minutes=5)
    bench.send_bytes(b"\xc5\x00\x10")
    begun_ms = bench.now_ms()
    while not bench.pump.port.decoder.broken and bench.now_ms() < begun_ms + 60_000:
        bench.clock.wait_until_ms(bench.due_ms(), bench.pump.safety.watch)
        bench.step()
    assert bench.now_ms() == begun_ms + 1001
    assert bench.pump.port.due_ms is None
    assert bench.pump.port.decoder.broken == 1


@at_any_tick
def test_a_frame_in_packets_half_a_second_after_a_byte_of_noise_is_taken():
    bench = Bench(RATE)
    frame = encode(STOP)
    bench.send_bytes(b"\xc5")
    bench.run_for(ms=500)
    bench.send_bytes(frame[:10])
    bench.run_for(ms=600)
    bench.send_bytes(frame[10:20])
    bench.run_for(ms=100)
    assert [reply["ok"] for reply in bench.send_bytes(frame[20:])] == [1]
    assert bench.state() == "STOPPED"


@at_any_tick
def test_after_thousands_of_random_bytes_the_first_stop_is_taken_at_once_and_in_packets():
    for seed in range(12):
        bench = None
        bench = Bench(RATE)
        for piece in range(0, 8000, 250):
            bench.send_bytes(random_bytes(250, seed * 8000 + piece))
        if seed % 2:
            bench.run_for(ms=1001)
        frame = encode(STOP)
        for place in range(0, len(frame) - 3, 3):
            bench.send_bytes(frame[place : place + 3])
            bench.run_for(ms=50)
        last = bench.send_bytes(frame[len(frame) - 1 - (len(frame) - 1) % 3 :])
        assert [reply["ok"] for reply in last] == [1], seed
        assert bench.state() == "STOPPED"


@at_any_tick
def test_a_pass_acts_first_and_reports_afterwards():
    """A host that does not read holds up a write for half a second: no fault, at any rate."""
    for rate in (2 * ML, 6 * ML, 23 * ML):
        bench = None
        bench = Bench(rate)
        bench.run_for(minutes=5)
        planned = []

        def slow(data, bench=bench, planned=planned):
            if not planned:
                planned.append(bench.hal.driver.ends_tick)
                bench.world.hang(500)
            bench.far_end.hear(data)

        bench.hal.link.listen(slow)
        bench.send("set_program", program={"mode": "continuous", "rate_pl_per_day": 5 * ML})
        assert planned == [bench.hal.driver.ends_tick], "planned before anything is written"
        bench.run_for(s=10)
        assert bench.state() == "INFUSING"
        assert bench.alarms() == []


@at_any_tick
def test_what_a_pass_reported_is_sent_when_it_ends_with_an_error():
    bench = Bench(RATE)
    bench.run_for(minutes=5)

    def fails(now_ms):
        raise OSError("no such device")

    bench.pump.conditions.look = fails
    bench.hal.link.send_to_pump(encode(STOP))
    try:
        bench.pump.run()
    except OSError:
        pass
    assert len(bench.events("RUN_END")) == 1
    assert bench.far_end.replies[-1]["id"] == 2
