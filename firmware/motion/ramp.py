"""Ramp: a number of pulses as segments that begin at the rate at which the motor starts, rise to a
higher one, and fall again.

    for pulses, hz in segments(steps, start_hz, top_hz): driver.queue(-pulses, tick_hz // hz)

Every step engine takes segments, so every one can ramp. The pulses of all segments are exactly
`steps`: what a ramp is too short for it leaves out of its height, never out of its count.
"""

_LEVELS = 16
_LEVEL_MS = 64  # longer than Python needs from one segment to the next
_LEVEL_TOP_MS = 500  # a segment at the top: the queue is soon empty where nobody looks


def segments(steps, start_hz, top_hz):
    """(pulses >= 1, hz) one after the other; top_hz: at least start_hz."""
    rising, left, hz = [], steps, start_hz
    for level in range(1, _LEVELS + 1):
        pulses = max(1, hz * _LEVEL_MS // 1000)
        if 2 * pulses > left:
            break
        rising.append((pulses, hz))
        left -= 2 * pulses
        hz = start_hz + (top_hz - start_hz) * level // _LEVELS
    for segment in rising:
        yield segment
    while left:
        pulses = min(left, max(1, hz * _LEVEL_TOP_MS // 1000))
        yield pulses, hz
        left -= pulses
    while rising:
        yield rising.pop()
