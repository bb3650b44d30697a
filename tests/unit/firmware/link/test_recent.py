"""The ring of the last events: what is kept, what is gone, and in which pieces it is handed out."""

import json

from hypothesis import given
from hypothesis import strategies as st

from firmware.link.frames import MAX_PAYLOAD, encode
from firmware.link.recent import AT_ONCE, KEPT, RecentEvents


def event(seq):
    return [seq, seq * 1000, -1, 5, seq * 10**12, -seq, 0]


def ring_of(first, last):
    ring = RecentEvents()
    for seq in range(first, last + 1):
        ring.keep(event(seq))
    return ring


def test_a_ring_in_which_nothing_happened_has_no_events_and_nothing_is_gone():
    assert RecentEvents().since(0) == {"events": [], "gone": 0, "last": 0}


def test_the_events_after_a_number_come_in_their_order():
    assert ring_of(1, 9).since(6) == {
        "events": [event(7), event(8), event(9)],
        "gone": 0,
        "last": 9,
    }


def test_whoever_has_all_gets_nothing():
    assert ring_of(1, 9).since(9) == {"events": [], "gone": 0, "last": 9}


def test_whoever_has_numbers_from_before_a_reset_gets_nothing_and_sees_why():
    assert ring_of(1, 9).since(500) == {"events": [], "gone": 0, "last": 9}


def test_numbers_that_begin_later_than_1_are_kept_as_well():
    assert ring_of(100, 102).since(0) == {
        "events": [event(100), event(101), event(102)],
        "gone": 99,
        "last": 102,
    }


@given(last=st.integers(0, 4 * KEPT), seq=st.integers(0, 5 * KEPT))
def test_every_event_is_handed_out_once_or_is_said_to_be_gone(last, seq):
    ring, have, gone = ring_of(1, last), [], 0
    at = seq
    while True:
        reply = ring.since(at)
        gone += reply["gone"]
        assert len(reply["events"]) <= AT_ONCE
        have += reply["events"]
        if not reply["events"]:
            break
        at = reply["events"][-1][0]
    assert have == [event(n) for n in range(seq + gone + 1, last + 1)]
    assert gone == max(0, last - KEPT - seq)


def test_the_largest_numbers_are_kept_as_far_as_64_bits_go_and_fit_a_frame():
    ring = RecentEvents()
    for seq in range(1, AT_ONCE + 1):
        ring.keep([seq, 10**30, -(10**30), 20, 10**18, -(10**18), 10**30])
    reply = ring.since(0)
    most = (1 << 63) - 1
    assert reply["events"][0] == [1, most, -most, 20, 10**18, -(10**18), most]
    assert len(json.dumps(reply)) < MAX_PAYLOAD
    assert len(encode({"id": 1 << 30, "ok": 1, **reply})) < MAX_PAYLOAD
