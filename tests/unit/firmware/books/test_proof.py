"""Proof that less left than was reserved: never less than what moved, by an oracle that turns."""

from hypothesis import example, given
from hypothesis import strategies as st

from firmware.books.proof import Proof, most_by_rotor
from firmware.rotor_noise import NOISE_COUNTS

TURN = 4096
heads = st.sampled_from((200, 3200, 12_800, 51_200))
noise = st.integers(-1, 1)  # counts of a reading, 0.5 rms


def counts(steps, steps_per_rev):
    return steps * TURN // steps_per_rev


@given(heads, st.data(), st.integers(0, 10**9), noise, noise)
def test_what_moved_is_never_more_than_what_is_proved(steps_per_rev, data, before, first, last):
    """As many steps were reserved as fit, some of them left, and each reading is off by a count."""
    reserved = before + data.draw(st.integers(0, 2 * steps_per_rev))
    left = data.draw(st.integers(before, reserved))
    kept = before, (counts(before, steps_per_rev) + first) % TURN, steps_per_rev
    angle = (counts(left, steps_per_rev) + last) % TURN
    most = most_by_rotor(reserved, kept, angle, TURN)
    assert most is None or left <= most <= reserved
    if reserved - before <= steps_per_rev * 9 // 10:
        slack = NOISE_COUNTS + TURN // 64 + 3
        assert most <= left + -(-slack * steps_per_rev // TURN) + 1


@given(heads, st.integers(-TURN // 2, -NOISE_COUNTS - TURN // 60))
def test_a_rotor_that_somebody_turned_back_proves_nothing(steps_per_rev, turned):
    kept = 1000, 700, steps_per_rev
    assert most_by_rotor(1000 + steps_per_rev // 8, kept, (700 + turned) % TURN, TURN) is None


def test_more_than_a_turn_reserved_proves_nothing():
    assert most_by_rotor(1000 + 3200, (1000, 5, 3200), 80, TURN) is None
    assert most_by_rotor(900, (1000, 5, 3200), 80, TURN) is None


@given(st.integers(0, 10**11), st.integers(0, 5000), st.integers(0, 5000))
@example(1 << 32, 5, 10)
def test_the_word_of_the_chip_is_the_count_of_what_was_queued(queued, more, _):
    proof = Proof(queued & 0xFFFF_FFFF, None, 1)
    assert proof.most_steps(queued + more, None) == queued


def test_a_word_that_cannot_be_of_this_time_proves_nothing():
    assert Proof(5001, None, 1).most_steps(5000, None) == 5000


def test_without_word_and_angle_all_that_was_reserved_counts():
    assert Proof(None, None, 1).most_steps(5000, (4000, 7, 3200)) == 5000
    assert Proof(None, 9, TURN).most_steps(5000, None) == 5000
