"""Keys and sessions take under 3 KB of the heap with all slots in use, on any MicroPython."""

import gc

from firmware.link.access import Access
from firmware.link.key_slots import CLINICIAN, SLOTS, Key
from firmware.link.sealed_session import Session

MOST_BYTES = 3072


class Power:
    def random(self, count):
        return bytes(range(count))


def full_access():
    """Four keys, their sessions, a handshake of each that has not ended, and a session that has."""
    access = Access(Power())
    for slot in range(SLOTS):
        access.keys.enter(slot, Key(CLINICIAN, "computer", bytes([slot]) * 16))
        access.offer(slot, bytes(16), 1000)
        access.sessions.append(Session(slot, bytes(32), bytes(37), 1000))
    access._end(0)
    access.sessions.append(Session(0, bytes(32), bytes(37), 1000))
    return access


def test_all_keys_and_sessions_take_less_than_3_kb():
    if not hasattr(gc, "mem_alloc"):
        return  # CPython
    full_access()  # what is made once, with the modules
    gc.collect()
    before = gc.mem_alloc()
    access = full_access()
    gc.collect()
    taken = gc.mem_alloc() - before
    print("keys and sessions take %d bytes" % taken)
    assert 500 < taken < MOST_BYTES, taken
    assert len(access.sessions) == SLOTS
