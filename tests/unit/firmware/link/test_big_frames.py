"""The largest frames there are, of the oddest content: the pump answers or drops them, and goes on.
CPython only: a board-like heap that is full of stories has no room for them."""

import pytest

from firmware.link.frames import MAX_PAYLOAD
from tests.rigs.pump import UL, Bench, steps_at
from tests.story.test_frames import framed, odd_bodies

pytestmark = pytest.mark.slow

BODIES = [body[:MAX_PAYLOAD] for size in (2000, 8100, 80_000) for body in odd_bodies(size)]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: f"{len(body)} {body[:8]!r}")
def test_no_payload_however_large_can_bring_the_pump_down(body):
    bench = Bench(500 * UL)
    bench.send_bytes(framed(body))
    bench.run_for(minutes=5)
    assert bench.state() == "INFUSING"
    assert bench.emitted() == steps_at(500 * UL, bench.now_ms())
