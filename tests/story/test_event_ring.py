"""Stories of the events on flash: they outlast the power, a flood and a flash that fails."""

from firmware import events
from firmware.books.event_ring import HEADROOM, EventRing
from firmware.books.flood import BURST, FOLD_MS
from host_sim.machine.sim_flash import PowerCut, SimFlash
from tests.rigs.heap_file import HeapFile
from tests.rigs.pump import UL, Bench, at_any_tick

SECTORS = 4


def flash_of(sectors=SECTORS):
    return SimFlash(HeapFile(), sectors)


def all_events(bench, seq=0):
    """Every row that the pump hands out, page by page; and how many it says are gone."""
    rows, gone = [], 0
    while True:
        reply = bench.ok("events_since", seq=seq)
        gone += reply["gone"]
        if not reply["events"]:
            return rows, gone
        rows += reply["events"]
        seq = rows[-1][0]


def heard(bench):
    return [list(event) for event in bench.far_end.events]


@at_any_tick
def test_numbers_go_on_over_a_power_cut_and_the_events_before_it_are_there():
    bench = Bench(rate_pl_per_day=500 * UL, events=flash_of())
    bench.run_for(minutes=1)
    before = heard(bench)
    bench = bench.restart()
    bench.start_again()
    after = heard(bench)
    assert after[0][3] == events.BOOT
    assert after[0][0] == before[-1][0] + 1
    rows, gone = all_events(bench)
    assert (rows, gone) == (before + after, 0)
    assert bench.ok("events_since", seq=0)["power_up"] == 1
    reply = bench.ok("events_since", seq=before[-1][0])
    assert (reply["power_up"], reply["oldest"]) == (2, 1)


def test_a_board_without_a_place_for_events_has_those_of_this_power_up():
    bench = Bench(rate_pl_per_day=500 * UL)
    reply = bench.restart().ok("events_since", seq=0)
    assert reply["events"][0][0] == 1
    assert reply["power_up"] is None
    assert reply["oldest"] == 1


def test_events_that_are_no_longer_in_ram_come_from_the_flash():
    bench = Bench(rate_pl_per_day=500 * UL, events=flash_of())
    for _ in range(30):
        bench.ok("stop")
        bench.ok("start")
        bench.run_for(minutes=20)
    assert len(heard(bench)) > 100
    rows, gone = all_events(bench)
    assert (rows, gone) == (heard(bench), 0)


# trace: GIP 4.1
def test_what_was_heard_before_the_power_failed_is_on_flash():
    for operation in range(1, 16):
        flash = flash_of()
        bench = Bench(rate_pl_per_day=500 * UL, events=flash)
        flash.cut_at(operation, ("none", "prefix", "bits", "suffix", "done")[operation % 5])
        try:
            while True:
                bench.ok("stop")
                bench.ok("start")
                bench.run_for(minutes=6)
        except PowerCut:
            flash.mend()
        known = heard(bench)
        bench = bench.restart()
        assert all_events(bench)[1] == 0
        rows = {row[0]: row for row in all_events(bench)[0]}
        assert [rows[event[0]] for event in known] == known
        assert sorted(rows) == list(range(1, len(rows) + 1))


def fill(ring, code, first, count, every_ms=100, at_ms=0):
    for n in range(count):
        at_ms += every_ms
        ring.add([first + n, at_ms, -1, code, n, 0, 0], None)
        ring.write()
        ring.look(at_ms, True)
    return at_ms


def told(ring):
    """{number: row}, over all pages."""
    found, seq = {}, 0
    while True:
        page = ring.since(seq)
        if page is None:
            return found
        for row in page[0]:
            found[row[0]] = row
        seq = max(found)


def test_of_a_flood_the_beginning_and_the_last_are_kept_and_the_rest_is_counted():
    flash = flash_of()
    ring = EventRing(flash, lambda: None)
    at_ms = fill(ring, events.COMMAND_REFUSED, 1, 1000)
    ring.look(at_ms + FOLD_MS, False)
    rows = told(ring)
    assert sorted(rows) == list(range(1, BURST + 2)) + [1000]
    folded = rows[BURST + 1]
    assert folded[3:] == [events.EVENTS_FOLDED, events.COMMAND_REFUSED, 1000 - BURST - 1, 93500]
    assert rows[1000][4] == 999
    assert flash.programs < BURST + 20


def test_an_event_of_another_kind_is_written_at_once_within_a_flood():
    ring = EventRing(flash_of(), lambda: None)
    at_ms = fill(ring, events.COMMAND_REFUSED, 1, 200)
    ring.add([201, at_ms, -1, events.ALARM_RAISED, 7, 0, 0], None)
    ring.write()
    assert told(ring)[201][3:] == [events.ALARM_RAISED, 7, 0, 0]
    assert told(ring)[200][4] == 199


def test_a_slow_medium_waits_for_a_pass_that_has_time():
    spare = [False]
    ring = EventRing(flash_of(), lambda: None, lambda: spare[0])
    fill(ring, events.RATE, 1, 1)
    ring.add([2, 200, -1, events.RATE, 1, 1, 0], None)
    ring.write()
    assert (sorted(told(ring)), ring.due_ms) == ([1], 0)
    ring.look(300, False)
    assert sorted(told(ring)) == [1]
    ring.look(400, True)
    assert sorted(told(ring)) == [1, 2]
    spare[0] = True
    ring.add([3, 500, -1, events.RATE, 2, 2, 0], None)
    ring.write()
    assert sorted(told(ring)) == [1, 2, 3]


def test_a_cap_that_comes_and_goes_is_kept_whole():
    ring = EventRing(flash_of(8), lambda: None)
    fill(ring, events.RATE, 1, 288, 300_000)
    seq = 0
    while seq < 288:
        for row in ring.since(seq)[0]:
            seq += 1
            assert (row[0], row[3]) == (seq, events.RATE)


def test_no_number_is_given_twice_after_a_cut_within_a_flood():
    flash = flash_of()
    ring = EventRing(flash, lambda: None)
    fill(ring, events.COMMAND_REFUSED, 1, 500)
    again = EventRing(flash, lambda: None)
    assert again.last_seq > 500
    again.add([again.last_seq + 1, 0, -1, events.BOOT, 0, 0, 0], None)
    again.write()
    rows = told(again)
    numbers = sorted(rows)
    assert rows[numbers[-2]][3:] == [events.EVENTS_FOLDED, 0, HEADROOM, 0]
    assert rows[numbers[-1]][3] == events.BOOT
    assert numbers[-1] == numbers[-2] + HEADROOM


class FailingFlash(SimFlash):
    failing = False

    def program(self, at, data):
        if not self.failing:
            SimFlash.program(self, at, data)

    def erase(self, number):
        if not self.failing:
            SimFlash.erase(self, number)


# trace: memory write failure
def test_a_flash_that_fails_stops_nothing_and_what_is_lost_is_counted():
    flash = FailingFlash(HeapFile(), SECTORS)
    bench = Bench(rate_pl_per_day=500 * UL, events=flash)
    flash.failing = True
    first = heard(bench)[-1][0] + 1
    for _ in range(30):
        bench.ok("stop")
        bench.ok("start")
        bench.run_for(minutes=20)
    ring = bench.pump.event_ring
    assert ring.failed is not None
    assert ring.lost == len(heard(bench)) - first + 1 - 64
    assert bench.state() == "INFUSING"
    last = heard(bench)[-1][0]
    reply = bench.ok("events_since", seq=last - 3)
    assert [event[0] for event in reply["events"]] == [last - 2, last - 1, last]
