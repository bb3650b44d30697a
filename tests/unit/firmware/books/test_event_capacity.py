"""What the event ring of a board holds: 30 days of therapy and 15,000 RATE events, none of them
left out. `pytest -s` prints the mean bytes of an event.
"""

import io
import random

from firmware import events
from firmware.books.event_ring import EventRing
from host_sim.machine.sim_flash import EVENT_SECTORS, SECTOR_BYTES, SimFlash
from tests.rigs.pump import ML, UL, Bench

DAYS, RATES = 30, 15_000
DAY_MS = 86_400_000
FLEX = [[0, 150 * UL], [6 * 3600, 225 * UL], [13 * 3600, 180 * UL], [79_200, 125 * UL]]
PROGRAM = {"mode": "flex", "safe_rate_pl_per_day": 125 * UL, "steps": FLEX}
RATES_A_DAY = RATES // DAYS
BETWEEN_MS = DAY_MS // RATES_A_DAY
BOLUSES = (100, 200, 300, 400)  # at which of the rates of a day


class CountingFlash(SimFlash):
    reads = 0

    def read(self, at, size):
        self.reads += 1
        return super().read(at, size)


def rows_of(ring):
    rows, page = [], ring.since(0)
    while page is not None:
        rows += page[0]
        page = ring.since(rows[-1][0])
    return rows


def bytes_of(flash):
    """As many as the sectors have that were begun."""
    return sum(count > 0 for count in flash.erases_of) * SECTOR_BYTES


def test_thirty_days_of_flex_with_four_boluses_a_day_and_15000_rates_fit():
    flash = CountingFlash(io.BytesIO(), EVENT_SECTORS)
    bench = Bench(
        program=PROGRAM, events=flash, reservoir={"capacity_pl": 50 * ML, "fill_pl": 50 * ML}
    )
    draw = random.Random(1)
    for number in range(RATES):
        bench.run_for(ms=BETWEEN_MS)
        most = 24 * ML
        values = [draw.randrange(most), draw.randrange(most), draw.randrange(6)]
        bench.pump.log.add(events.RATE, bench.now_ms(), *values)
        bench.step()
        if number % RATES_A_DAY in BOLUSES:
            bench.ok("bolus", volume_pl=10 * UL, duration_ms=600_000)
    heard = [list(event) for event in bench.far_end.events]
    codes = [event[3] for event in heard]
    assert codes.count(events.RATE) >= RATES + DAYS * 3
    assert codes.count(events.BOLUS_ACCEPTED) == len(BOLUSES) * DAYS
    assert codes.count(events.BOLUS_ENDED) == len(BOLUSES) * DAYS
    assert rows_of(bench.pump.event_ring) == heard
    assert max(flash.erases_of) == 1
    print("%d events, %.1f bytes each" % (len(heard), bytes_of(flash) / len(heard)))
    # A recovery of the full ring reads little, a page a sector.
    flash.reads = 0
    ring = EventRing(flash, lambda: None)
    assert ring.last_seq == len(heard)
    print("recovery: %d reads" % flash.reads)
    assert flash.reads <= 60
    ring.since(7000)
    flash.reads = 0
    assert ring.since(7000)[0][0] == heard[7000]
    print("a page: %d reads" % flash.reads)
    assert flash.reads <= 60


def test_a_cap_that_comes_and_goes_for_a_hundred_days_fits():
    flash = SimFlash(io.BytesIO(), EVENT_SECTORS)
    ring = EventRing(flash, lambda: None)
    count = 100 * 288
    for seq in range(1, count + 1):
        held = seq % 2
        row = [seq, seq * 300_000, -1, events.RATE, 500 * UL, (500 * UL, 6 * UL)[held], held * 5]
        ring.add(row, None)
        ring.write()
        ring.look(row[1], True)
    assert max(flash.erases_of) == 1
    assert [row[0] for row in rows_of(ring)] == list(range(1, count + 1))
    print("%d events, %.1f bytes each" % (count, bytes_of(flash) / count))
