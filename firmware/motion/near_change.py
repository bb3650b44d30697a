"""How short a stretch may be, and which times before a change of rate stretches can fill."""

LEAST_MS = 1_000  # at least this much motion stays queued
_LAST_MS = 1_250  # a stretch before a change of rate is not shorter, where the driver can hold it
NEAR_MS = _LAST_MS + 2 * LEAST_MS  # farther from it any stretch leaves enough for the next ones


def may_be_left(left_ms, longest_ms):
    """(most below, least from there on) of the time up to a change that stretches fill which are
    neither short nor longer than longest_ms: none, or one, or two ...
    """
    below_ms, least_ms, most_ms = 0, _LAST_MS, longest_ms
    while left_ms > most_ms:
        below_ms, least_ms, most_ms = most_ms, least_ms + LEAST_MS, most_ms + longest_ms
    return below_ms, least_ms
