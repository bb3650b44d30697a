"""One verdict from several: the mean, and what else the log shows."""

from bench.metrology.judgement import of_error, together
from bench.metrology.verdict import FAIL, PASS, UNDECIDED, Verdict

FIRST = ("the first period (A)", 3.0, 0.1, None, 2.0)  # without a limit of its own


def test_a_first_period_beyond_the_limit_of_the_mean_takes_the_pass_away_and_says_what_to_do():
    verdict = together(Verdict(PASS, "the mean is within its limit", (), ()), [of_error(*FIRST)])
    assert verdict.word == UNDECIDED
    assert "find out why the flow changed" in verdict.advice[0]


def test_where_the_mean_fails_too_nobody_is_asked_why_the_flow_changed():
    mean = Verdict(FAIL, "the mean is +3 %", ("calibrate",), ())
    verdict = together(mean, [of_error(*FIRST)])
    assert verdict.word == FAIL and verdict.advice == ("calibrate",)
    assert "the first period (A) is +3" in verdict.reason
