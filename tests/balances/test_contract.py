"""What every protocol's driver holds to, against a balance's end written from the makers'
documents, in virtual time.
"""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bench.balances import PROTOCOLS, protocol
from bench.balances.poller import (
    CUT,
    LONGEST_LINE,
    SHIFTED,
    SILENT,
    STALE,
    TIMEOUT_S,
    Balance,
)
from bench.balances.transport import LinkLost
from bench.rehearse.replies import SPEAKERS, Shown
from tests.balances.virtual import Virtual

EVERY = pytest.mark.parametrize("name", PROTOCOLS)
masses = st.integers(-999_999, 1_999_999).map(lambda n: n / 10_000)
states = st.sampled_from(["stable", "unstable"])


def test_every_protocol_has_a_balance_to_be_tested_against():
    assert set(SPEAKERS) == set(PROTOCOLS)


@EVERY
@given(grams=masses, state=states)
def test_a_mass_comes_with_the_digits_of_the_display_and_whether_it_is_stable(name, grams, state):
    bench = Virtual(name)
    bench.shown = Shown(state, grams)
    (heard,) = bench.ask()
    assert (heard.kind, heard.mass_g) == (state, Decimal(f"{grams:.4f}"))
    assert heard.mass_g.as_tuple().exponent == -4


@EVERY
def test_a_reading_bears_the_instant_at_which_its_first_character_came(name):
    bench = Virtual(name)
    asked_s = bench.clock.now_s()
    (heard,) = bench.ask()
    assert heard.time_s - asked_s == pytest.approx(
        0.03 + PROTOCOLS[name].serial.char_s(), abs=0.001
    )
    assert bench.clock.now_s() > heard.time_s


@EVERY
@pytest.mark.parametrize("state", ["overload", "underload"])
def test_beyond_the_range_there_is_no_mass(name, state):
    bench = Virtual(name)
    bench.shown = Shown(state)
    (heard,) = bench.ask()
    assert (heard.kind, heard.mass_g) == (state, None)


@EVERY
def test_a_balance_that_is_busy_gives_no_mass_and_is_not_waited_for(name):
    bench = Virtual(name)
    bench.shown = Shown("busy")
    asked_s = bench.clock.now_s()
    (heard,) = bench.ask()
    assert heard.kind in (protocol.BUSY, protocol.REFUSED) and heard.mass_g is None
    assert bench.clock.now_s() - asked_s < 0.5


@EVERY
def test_a_line_that_was_there_before_the_question_is_stale_and_the_answer_is_taken(name):
    bench = Virtual(name)
    bench.print_key()
    bench.print_key()
    bench.shown = Shown("stable", 7.5)
    kinds = [(heard.kind, heard.mass_g) for heard in bench.ask()]
    assert kinds == [(STALE, None), (STALE, None), (protocol.STABLE, Decimal("7.5000"))]


@EVERY
def test_a_line_that_was_half_there_before_the_question_is_stale_as_well(name):
    bench = Virtual(name)
    line = SPEAKERS[name].print_key(bench.shown)
    bench.wire.say(bench.clock.now_s(), line[:6])
    bench.pass_s(1)
    bench.wire.say(bench.clock.now_s() + 0.001, line[6:])
    bench.shown = Shown("stable", 7.5)
    assert [heard.kind for heard in bench.ask()] == [STALE, protocol.STABLE]


@EVERY
def test_a_balance_that_does_not_answer_is_silent_after_its_time(name):
    bench = Virtual(name)
    bench.wire.mute(bench.clock.now_s(), 1)
    asked_s = bench.clock.now_s()
    assert [heard.kind for heard in bench.ask()] == [SILENT]
    assert bench.clock.now_s() - asked_s == pytest.approx(TIMEOUT_S, abs=0.01)


@EVERY
def test_an_answer_that_comes_too_late_is_not_taken_for_the_next_one(name):
    bench = Virtual(name)
    bench.wire.mute(bench.clock.now_s(), 0.1)
    bench.wire.say(
        bench.clock.now_s() + TIMEOUT_S + 0.2, SPEAKERS[name].print_key(Shown("stable", 1.0))
    )
    bench.ask()
    bench.shown = Shown("stable", 2.0)
    assert [(heard.kind, heard.mass_g) for heard in bench.ask()] == [
        (STALE, None),
        (protocol.STABLE, Decimal("2.0000")),
    ]


@EVERY
def test_noise_before_the_answer_is_garbage_and_the_answer_is_taken(name):
    bench = Virtual(name)
    bench.wire.say(bench.clock.now_s() + 0.001, b"\xff\x00~~\r\n")
    assert [heard.kind for heard in bench.ask()] == [protocol.GARBAGE, protocol.STABLE]


@EVERY
def test_a_wire_that_loses_every_line_feed_or_every_carriage_return_is_understood(name):
    for lost in (b"\r", b"\n"):
        bench = Virtual(name)
        for _ in range(3):
            bench.wire.spoil(0, lambda answer, lost=lost: answer.replace(lost, b""))
        assert [bench.ask()[-1].kind for _ in range(3)] == [protocol.STABLE] * 3


@EVERY
@given(data=st.data(), grams=masses, state=states)
def test_an_answer_that_has_lost_characters_never_gives_another_mass(name, data, grams, state):
    bench = Virtual(name)
    bench.shown = Shown(state, grams)
    bench.ask()
    answer = SPEAKERS[name].print_key(bench.shown)
    lost = data.draw(st.sets(st.integers(0, len(answer) - 3), min_size=1, max_size=len(answer) - 2))
    bench.wire.spoil(0, lambda whole: bytes(byte for n, byte in enumerate(whole) if n not in lost))
    found = {heard.mass_g for heard in bench.ask()} - {None}
    assert found <= {Decimal(f"{grams:.4f}")}


def unheard_sbi(grams=12.3456):
    """An SBI balance of 22 characters that has not been asked yet."""
    bench = Virtual("sbi")
    bench.shown = Shown("stable", grams)
    bench.balance = Balance(PROTOCOLS["sbi"], bench.wire, bench.clock)
    bench.balance.open()
    return bench


def said(bench, change):
    """What is heard of an answer that is changed on its way."""
    bench.wire.spoil(0, change)
    return bench.ask()[-1]


def of_22(whole):
    return whole


def of_16(whole):
    return whole[6:]


@given(
    lost=st.sets(st.integers(0, 19), min_size=6, max_size=6),
    grams=masses,
    blank_sign=st.booleans(),
    seen=st.booleans(),
)
@example(lost={0, 1, 2, 11, 12, 13}, grams=0.0001, blank_sign=True, seen=False)
@example(lost={0, 6, 13, 12, 11, 14}, grams=0.0001, blank_sign=False, seen=True)
def test_an_sbi_answer_of_22_characters_that_lost_six_never_gives_another_mass(
    lost, grams, blank_sign, seen
):
    bench = unheard_sbi(grams)

    def signed(whole):
        return whole.replace(b"+", b" ") if blank_sign else whole

    if seen:
        assert said(bench, signed).mass_g == Decimal(f"{grams:.4f}")
    heard = said(
        bench, lambda whole: bytes(byte for n, byte in enumerate(signed(whole)) if n not in lost)
    )
    assert heard.mass_g in (None, Decimal(f"{grams:.4f}"))


@pytest.mark.parametrize(("first", "second"), [(of_22, of_16), (of_16, of_22)])
def test_the_form_of_an_sbi_line_that_was_seen_once_is_kept(first, second):
    bench = unheard_sbi()
    assert said(bench, first).kind == protocol.STABLE
    assert [said(bench, second).kind for _ in range(3)] == [SHIFTED] * 3
    assert said(bench, first).kind == protocol.STABLE


def test_an_sbi_line_that_could_be_either_is_no_mass_until_the_next_has_its_form():
    bench = unheard_sbi()
    kinds = [said(bench, lambda whole: of_16(whole).replace(b"+", b" ")).kind for _ in range(3)]
    assert kinds == [SHIFTED, protocol.STABLE, protocol.STABLE]


@EVERY
@given(noise=st.binary(max_size=300), then=masses)
def test_no_noise_whatever_stops_the_driver_or_makes_it_lose_the_next_but_one_answer(
    name, noise, then
):
    bench = Virtual(name)
    bench.wire.say(bench.clock.now_s() + 0.001, noise)
    bench.ask()
    bench.pass_s(3)
    bench.wire.say(bench.clock.now_s(), b"\r\n")
    bench.pass_s(0.1)
    bench.shown = Shown("unstable", then)
    bench.ask()
    assert bench.ask()[-1].mass_g == Decimal(f"{then:.4f}")


@EVERY
def test_every_character_that_came_is_in_what_was_heard(name):
    bench = Virtual(name)
    bench.wire.say(bench.clock.now_s() + 0.001, b"x" * (3 * LONGEST_LINE) + b"\r\n")
    heard = bench.ask() + bench.ask()  # at 2400 baud this takes longer than an answer may
    assert "".join(one.text for one in heard).count("x") == 3 * LONGEST_LINE
    bench.wire.say(bench.clock.now_s(), b"half a li")
    bench.pass_s(1)
    bench.wire.mute(bench.clock.now_s(), 10)
    bench.ask()
    assert [(one.kind, one.text) for one in bench.balance.close()] == [(CUT, "half a li")]


@pytest.mark.parametrize(
    ("name", "at"), [("mt-sics", 4), ("ohaus", 0)]
)  # with the others the width is fixed, and such a line is garbage
def test_a_mass_in_another_column_is_believed_when_the_next_one_stands_there_too(name, at):
    bench = Virtual(name)
    for _ in range(2):
        bench.wire.spoil(0, lambda answer: answer[:at] + b" " + answer[at:])
    assert [bench.ask()[-1].kind for _ in range(3)] == [SHIFTED, protocol.STABLE, SHIFTED]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_mass_in_another_unit_is_believed_when_the_next_one_has_it_too(name):
    bench = Virtual(name)
    ways = [
        (b"  g\r", b" mg\r"),
        (b" g  ", b" mg "),
        (b" g\r", b" mg\r"),
    ]  # the unit flush right, in a field, and free
    for _ in range(2):
        bench.wire.spoil(
            0, lambda answer: next(answer.replace(*way) for way in ways if way[0] in answer)
        )
    heard = [bench.ask()[-1] for _ in range(2)]
    assert [(one.kind, one.mass_g) for one in heard] == [
        (SHIFTED, None),
        (protocol.STABLE, Decimal("0.0123456")),
    ]


@EVERY
def test_a_lost_cable_is_told_of_and_the_balance_can_be_opened_again(name):
    bench = Virtual(name)
    bench.wire.pull(bench.clock.now_s() + 0.035, 5)
    with pytest.raises(LinkLost):
        bench.ask()
    bench.balance.close()
    with pytest.raises(LinkLost):
        bench.balance.open()
    bench.pass_s(6)
    bench.balance.open()
    assert bench.ask()[-1].kind == protocol.STABLE


@pytest.mark.parametrize(("name", "at"), [("mt-sics", 4), ("ohaus", 0)])
def test_a_number_that_has_lost_its_place_is_not_believed_after_the_cable_was_out_either(name, at):
    bench = Virtual(name)
    bench.balance.close()
    bench.balance.open()
    bench.wire.spoil(0, lambda answer: answer[:at] + b" " + answer[at:])
    assert [bench.ask()[-1].kind for _ in range(3)] == [SHIFTED, SHIFTED, protocol.STABLE]


@EVERY
def test_asking_who_it_is_changes_nothing_and_hides_no_line(name):
    bench = Virtual(name)
    bench.print_key()
    names, heard = bench.balance.identify()
    assert set(names) == {key for key, _ in PROTOCOLS[name].identify}
    assert len(heard) == len(names) + bool(names)
    assert bench.ask()[-1].kind == protocol.STABLE
