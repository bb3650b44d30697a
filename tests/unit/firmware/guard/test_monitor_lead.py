"""The rotor ahead of the pulses: too far in three readings, or by a tenth over 15 minutes."""

import pytest

from firmware.guard.monitor import Lead

LIMIT, LEAST = 40, 8
MINUTE_MS = 60_000


def made(counts_per_rev=3200, steps_per_rev=3200, limit=LIMIT):
    lead = Lead(limit, LEAST, counts_per_rev, steps_per_rev)
    lead.begin(0, 1000, 500)
    return lead


def look(lead, ms, emitted, moved):
    """After so many steps and counts since the beginning."""
    return lead.excess(ms, 1000 + emitted, 500 + moved, 1000 + emitted)


def test_a_new_comparison_begins_at_nothing_and_is_not_ahead():
    lead = Lead(LIMIT, LEAST, 3200, 3200)
    assert lead.limit_steps == LIMIT
    assert lead.passed_steps == 0 and lead.close() == 0
    assert lead.excess(0, 5, 5, 5) is None


def test_three_readings_over_two_seconds_are_too_many():
    lead = made()
    assert look(lead, 1000, 100, 141) is None
    assert look(lead, 2000, 100, 141) is None
    assert look(lead, 3000, 100, 141) == (141, 100)
    assert look(lead, 3001, 100, 142) == (142, 100)


def test_three_readings_within_two_seconds_are_too_few():
    lead = made()
    for ms in (1000, 1001, 1002, 2000, 2999):
        assert look(lead, ms, 0, 41) is None
    assert look(lead, 3000, 0, 41) == (41, 0)


def test_two_readings_are_too_few_however_long_they_last():
    lead = made()
    assert look(lead, 1000, 0, 41) is None
    assert look(lead, 60_000, 0, 41) is None
    assert look(lead, 60_001, 0, 41) == (41, 0)


def test_the_limit_itself_is_not_too_far_and_a_reading_within_it_starts_the_count_anew():
    lead = made()
    assert [look(lead, ms, 0, 40) for ms in range(0, 60_000, 1000)] == [None] * 60
    look(lead, 60_000, 0, 41)
    look(lead, 62_000, 0, 41)
    assert look(lead, 63_000, 0, 40) is None
    assert look(lead, 64_000, 0, 41) is None
    assert look(lead, 65_000, 0, 41) is None
    assert look(lead, 66_000, 0, 41) == (41, 0)


def test_a_rotor_that_is_behind_begins_the_comparison_anew():
    lead = made()
    assert look(lead, 1000, 100, 91) is None  # it has lost nine
    for ms in (2000, 4000):
        assert look(lead, ms, 100, 132) is None
    assert look(lead, 6000, 100, 132) == (41, 0)


def test_a_rotor_behind_by_no_more_than_the_sensor_can_tell_is_compared_on():
    lead = made()
    look(lead, 1000, 100, 92)
    for ms in (2000, 4000):
        assert look(lead, ms, 120, 161) is None
    assert look(lead, 6000, 120, 161) == (161, 120)


def test_a_rotor_that_gains_less_than_a_step_at_each_look_is_found():
    lead = Lead(1000, LEAST, 4096, 3200)
    for pulse in range(1, 167):  # one in 5.4 s, and the rotor turns by a seventh too far
        lead.excess(5_400 * pulse, pulse, pulse * 4096 // 2800, pulse)
    assert lead.excess(900_000, 166, 166 * 4096 // 2800, 166) == (189, 166)


def test_pulses_that_leave_while_the_rotor_is_read_count_for_it():
    lead = made()
    for ms in range(0, 30_000, 1000):
        assert lead.excess(ms, 1000, 545, 1045) is None
    lead.excess(30_000, 1000, 500, 1045)  # behind: it begins at the first count
    for ms in (31_000, 33_000):
        assert lead.excess(ms, 1045, 500 + 86, 1045) is None
    assert lead.excess(35_000, 1045, 500 + 86, 1045) == (86, 45)


# trace: S17.2
def test_a_tenth_more_over_a_quarter_of_an_hour_is_too_far():
    lead = made(limit=1000)
    assert look(lead, 15 * MINUTE_MS - 1, 200, 221) is None
    assert look(lead, 15 * MINUTE_MS, 200, 221) == (221, 200)


def test_a_tenth_is_let_pass_and_counted_and_the_comparison_begins_anew():
    lead = made(limit=1000)
    assert look(lead, 15 * MINUTE_MS, 200, 220) is None
    assert lead.passed_steps == 20
    assert look(lead, 15 * MINUTE_MS + 1, 300, 330) is None
    assert look(lead, 30 * MINUTE_MS - 1, 300, 340) is None
    assert look(lead, 30 * MINUTE_MS, 300, 340) == (120, 100)
    assert lead.passed_steps == 20


def test_what_is_let_pass_adds_up():
    lead = made(limit=1000)
    look(lead, 15 * MINUTE_MS, 200, 210)
    look(lead, 30 * MINUTE_MS, 400, 420)
    assert (lead.take_passed(), lead.take_passed()) == (20, 0)


def test_what_the_sensor_cannot_tell_is_never_too_far_and_no_motion():
    lead = made()
    assert look(lead, 15 * MINUTE_MS, 10, 18) is None
    assert look(lead, 15 * MINUTE_MS + 1, 10, 19) == (19, 10)
    lead = made()
    assert look(lead, 15 * MINUTE_MS, 400, 408) is None
    assert lead.passed_steps == 0


@pytest.mark.parametrize(("emitted", "anew"), [(79, False), (80, True)])
def test_a_window_of_too_few_steps_goes_on(emitted, anew):
    lead = made()
    assert look(lead, 15 * MINUTE_MS, emitted, emitted + 7) is None
    assert look(lead, 40 * MINUTE_MS, emitted, emitted + 10) == (
        None if anew else (emitted + 10, emitted)
    )


def test_a_window_does_not_end_while_the_rotor_is_too_far_ahead():
    lead = made()
    assert look(lead, 15 * MINUTE_MS, 5000, 5041) is None
    assert look(lead, 15 * MINUTE_MS + 1000, 5000, 5041) is None
    assert look(lead, 15 * MINUTE_MS + 2000, 5000, 5041) == (5041, 5000)


def test_what_was_ahead_at_the_end_is_told_once_and_not_within_the_noise():
    lead = made()
    look(lead, 1000, 100, 120)
    assert (lead.close(), lead.close()) == (20, 0)
    look(lead, 2000, 100, 108)
    assert lead.close() == 0
    look(lead, 2000, 100, 109)
    assert lead.close() == 9


def test_another_limit_holds_from_the_next_look_on():
    lead = made()
    look(lead, 1000, 0, 30)
    lead.adopt(20)
    assert lead.limit_steps == 20
    look(lead, 2000, 0, 30)
    look(lead, 3000, 0, 30)
    assert look(lead, 4000, 0, 30) == (30, 0)


def test_counts_are_reckoned_in_steps_rounded_down():
    lead = made(counts_per_rev=4096)
    for ms in (0, 2000):
        look(lead, ms, 0, 53)
    assert look(lead, 4000, 0, 53) == (41, 0)
    lead = made(counts_per_rev=4096)
    assert [look(lead, ms, 0, 52) for ms in range(0, 20_000, 2000)] == [None] * 10


def test_one_that_was_never_begun_compares_from_the_instant_0_and_from_no_motion():
    lead = Lead(1000, LEAST, 3200, 3200)
    assert lead.excess(15 * MINUTE_MS - 1, 200, 230, 200) is None
    assert lead.excess(15 * MINUTE_MS, 200, 230, 200) == (230, 200)
    lead = Lead(LIMIT, LEAST, 3200, 3200)
    assert [lead.excess(ms, 0, LIMIT, 0) for ms in range(0, 9000, 1000)] == [None] * 9


def test_at_the_end_of_a_window_the_limit_itself_lets_pass():
    lead = made()
    assert look(lead, 15 * MINUTE_MS, 1000, 1000 + LIMIT) is None
    assert lead.passed_steps == LIMIT


def test_one_reading_too_far_just_before_a_window_ends_does_not_keep_it_from_ending():
    lead = made()
    look(lead, 15 * MINUTE_MS - 1000, 1000, 1000 + LIMIT + 1)
    assert look(lead, 15 * MINUTE_MS, 1000, 1000 + LIMIT) is None
    assert lead.passed_steps == LIMIT


def test_a_window_lasts_from_its_own_beginning():
    lead = Lead(LIMIT, LEAST, 3200, 3200)
    lead.begin(10 * MINUTE_MS, 1000, 500)
    assert look(lead, 10 * MINUTE_MS + 100, 0, 1000) is None


def test_a_sensor_of_one_count_a_turn_that_never_errs_is_ahead_of_nothing_at_the_beginning():
    lead = Lead(LIMIT, 0, 1, 1)
    assert (lead.close(), lead.close()) == (0, 0)
    lead.excess(1000, 0, 3, 0)
    assert (lead.close(), lead.close()) == (3, 0)
