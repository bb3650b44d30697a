"""The line between pump and tip, against one that is moved pL by pL: slugs in a list, pushed on one
side, taken off on the other.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from firmware.books.fluid_line import FluidLine
from firmware.books.slugs import NEVER_PL
from firmware.errors import SnapshotError

PL_PER_ML = 10**9
CONCS = [0, 500_000, 1_000_000, 2_000_000]


def section(tubing_pl, catheter_pl, tolerance_ppt=0, in_tubing=None, in_catheter=None):
    return {
        "tubing_pl": tubing_pl,
        "catheter_pl": catheter_pl,
        "tolerance_ppt": tolerance_ppt,
        "holds_tubing_ng_per_ml": in_tubing,
        "holds_catheter_ng_per_ml": in_catheter,
    }


class Moved:
    """A line whose content is moved: [[pL, ng/mL]] from the tip to the pump, all of it known."""

    def __init__(self, made, conc):
        self.slugs = [
            [made["catheter_pl"], made["holds_catheter_ng_per_ml"]],
            [made["tubing_pl"], made["holds_tubing_ng_per_ml"]],
        ]
        self.conc = conc
        self.past_ag = 0

    def draw(self, pl):
        self.slugs.append([pl, self.conc])
        while pl:
            first = self.slugs[0]
            piece = min(pl, first[0])
            self.past_ag += piece * first[1]
            first[0] -= piece
            pl -= piece
            if not first[0]:
                self.slugs.pop(0)

    def content(self):
        """Neighbours of one concentration are one."""
        found = []
        for pl, conc in self.slugs:
            if found and found[-1][1] == conc:
                found[-1][0] += pl
            elif pl:
                found.append([pl, conc])
        return found


volumes = some.integers(0, 300_000_000)
lines = some.builds(
    section,
    volumes,
    volumes,
    some.sampled_from([0, 0, 100, 1000]),
    some.sampled_from(CONCS),
    some.sampled_from(CONCS),
)
# (what, how much): draw pL, another concentration, doubt, look, restart
acts = some.lists(
    some.one_of(
        some.tuples(some.just("draw"), some.integers(0, 200_000_000)),
        some.tuples(some.just("conc"), some.sampled_from(CONCS)),
        some.tuples(some.just("doubt"), some.integers(0, 30_000_000)),
        some.tuples(some.sampled_from(["look", "restart"]), some.just(0)),
    ),
    max_size=25,
)


def restarted(line, made, conc):
    again = FluidLine(made, conc)
    kept = line.snapshot(0)
    again.check(kept)
    again.restore(kept, 0)
    assert again.known
    return again


# trace: S2.1, S4.2
@given(lines, some.sampled_from(CONCS[1:]), acts)
def test_the_line_holds_and_has_given_what_one_that_is_moved_does(made, conc, acts):
    line, moved = FluidLine(made, conc), Moved(made, conc)
    drawn_pl = doubt_pl = 0
    for what, much in acts:
        before_pl = drawn_pl
        if what == "draw":
            drawn_pl += much
            moved.draw(much)
        elif what == "conc":
            conc = moved.conc = much
            line.look(drawn_pl, doubt_pl)
            line.enters(much, drawn_pl)
        elif what == "doubt":
            doubt_pl += much
        elif what == "look":
            line.look(drawn_pl, doubt_pl)
        else:
            line = restarted(line, made, conc)
        assert line.tip_ng(drawn_pl) == moved.past_ag // PL_PER_ML
        assert line.counted_ng(drawn_pl) >= moved.past_ag / PL_PER_ML
        assert [row for row in line.content(drawn_pl) if row[0]] == moved.content()
        # The parts of a stretch sum to the whole.
        middle_pl = (before_pl + drawn_pl) // 2
        parts = line.counted_between(before_pl, middle_pl)
        parts += line.counted_between(middle_pl, drawn_pl)
        assert parts == line.counted_between(before_pl, drawn_pl)
        assert line.counted_between(drawn_pl, before_pl) == -parts


# trace: S3.1, S3.2
@given(lines, some.sampled_from(CONCS[1:]), acts, some.integers(0, 10**9))
def test_what_may_be_at_the_tip_is_what_the_interval_of_each_front_says(made, conc, acts, ahead_pl):
    """Each pL at the tip was drawn between one path and tolerance, and doubt, before."""
    line = FluidLine(made, conc)
    path_pl = made["tubing_pl"] + made["catheter_pl"]
    entered = [
        (-path_pl, made["holds_catheter_ng_per_ml"], 0),
        (-made["tubing_pl"], made["holds_tubing_ng_per_ml"], 0),
        (0, conc, 0),
    ]
    drawn_pl = doubt_pl = 0
    for what, much in acts:
        if what == "draw":
            drawn_pl += much
        elif what == "conc":
            line.look(drawn_pl, doubt_pl)
            line.enters(much, drawn_pl)
            entered.append((drawn_pl, much, doubt_pl))
        elif what == "doubt":
            doubt_pl += much
            line.look(drawn_pl, doubt_pl)
    line.look(drawn_pl, doubt_pl)
    at_pl = drawn_pl + ahead_pl
    slack_pl = -(-path_pl * made["tolerance_ppt"] // 1000)
    entered = [
        one
        for n, one in enumerate(entered)
        if n + 1 == len(entered) or one[0] < entered[n + 1][0]  # of the others nothing came in
    ]
    possible = []
    for n, (from_pl, slug_conc, _) in enumerate(entered):
        begun = n == 0 or from_pl + path_pl - slack_pl <= at_pl
        gone = any(
            later_pl + path_pl + slack_pl + doubt_pl - then_pl <= at_pl
            for later_pl, _, then_pl in entered[n + 1 :]
        )
        if begun and not gone:
            possible.append(slug_conc)
    assert line.at_tip(at_pl)[0] == max(possible)
    conc_of_rate, until_pl = line.rate_at(at_pl)
    assert conc_of_rate == (max(possible) or entered[-1][1])
    if until_pl < NEVER_PL:
        assert line.rate_at(until_pl)[0] != conc_of_rate
        assert line.rate_at(until_pl - 1)[0] == conc_of_rate


# trace: S3.4
@given(lines.map(lambda made: {**made, "tolerance_ppt": 0}), acts)
def test_without_tolerance_and_doubt_what_counts_is_what_passes_the_tip(made, acts):
    line, drawn_pl = FluidLine(made, CONCS[1]), 0
    for what, much in acts:
        if what == "draw":
            drawn_pl += much
        elif what == "conc":
            line.look(drawn_pl, 0)
            line.enters(much, drawn_pl)
        assert line.counted_ng(drawn_pl) - line.tip_ng(drawn_pl) in (0, 1)  # rounded up and down


def test_one_that_nobody_knows_counts_as_the_highest_in_line_and_reservoir():
    line = FluidLine(section(1000, 2000, in_catheter=2_000_000), 500_000)
    assert line.content(0) == [[2000, 2_000_000], [1000, None]]
    assert line.at_tip(2500) == (2_000_000, 3000)
    assert line.plug_at(2500) == (2_000_000, 3000)
    line.look(3000, 0)
    assert not line.mixed and line.at_tip(3000) == (500_000, NEVER_PL)


def test_a_configuration_that_states_the_same_line_leaves_it_and_another_states_its_content():
    made = section(1000, 2000, in_tubing=5, in_catheter=5)
    line = FluidLine(made, 5)
    line.enters(7, 100)
    line.adopt({**made, "tolerance_ppt": 50}, 200)
    assert line.content(200) == [[2900, 5], [100, 7]]
    line.adopt({**made, "catheter_pl": 3000}, 200)
    assert line.content(200) == [[4000, 5]]


def test_a_record_of_another_line_is_not_taken_but_its_sums_are():
    made = section(1000, 2000, in_tubing=5, in_catheter=5)
    line = FluidLine(made, 5)
    line.look(10**12, 0)
    other = FluidLine(section(1000, 2001, in_tubing=5, in_catheter=5), 5)
    other.restore(line.snapshot(0), 0)
    assert not other.known and other.tip_ng(10**12) == line.tip_ng(10**12) == 5000


def test_a_record_waits_for_a_configuration_that_can_be_used():
    line = FluidLine(section(1000, 2000, in_tubing=5, in_catheter=5), 7)
    line.look(500, 0)
    kept = line.snapshot(0)
    waiting = FluidLine(section(0, 0), 0)
    waiting.wait()
    waiting.restore(kept, 0)
    waiting.look(10**9, 0)
    assert waiting.snapshot(0) == kept


# trace: S10.7
def test_what_it_holds_too_much_is_the_path_times_the_difference():
    for old, new, surplus_ng in (
        (500, 2000, -408_000),
        (2000, 500, 408_000),
        (2000, 1000, 272_000),
    ):
        made = section(140_000_000, 132_000_000, 0, old * 1000, old * 1000)
        assert FluidLine(made, old * 1000).surplus_ng(0, new * 1000) == surplus_ng


@pytest.mark.parametrize(
    "bad",
    [
        {"slugs": []},
        {"slugs": [[0, 1, 0], [0, 2, 0]]},
        {"slugs": [[0, -2, 0]]},
        {"line": [1, 2, 3]},
        {"line": [1000, 2000, -1, -1, 0, -1, 0, 0]},
    ],
)
def test_a_record_that_no_line_can_have_is_refused(bad):
    line = FluidLine(section(1000, 2000), 5)
    with pytest.raises(SnapshotError):
        line.check({**line.snapshot(0), **bad})


def path_272(conc, **more):
    return section(140_000_000, 132_000_000, 0, conc, conc, **more)


@given(
    some.integers(0, 400_000_000),
    some.sampled_from([0, 500_000, 2_000_000]),
    some.sampled_from([500_000, 2_000_000]),
    some.integers(0, 400_000_000),
)
def test_a_catheter_that_was_flushed_holds_that_and_the_tubing_what_it_held(
    before_pl, flushed, after, later_pl
):
    line = FluidLine(path_272(1_000_000), 1_000_000)
    line.enters(after, 0)
    line.look(before_pl, 0)
    held = line.content(before_pl)
    tubing = [list(row) for row in reversed(held)]
    left_pl = 140_000_000
    for row in tubing:
        row[0] = min(row[0], left_pl)
        left_pl -= row[0]
    line.flushed(flushed, before_pl)
    moved = Moved(path_272(0), after)
    moved.slugs = [[132_000_000, flushed], *(row for row in reversed(tubing) if row[0])]
    assert line.content(before_pl) == moved.content()
    tip_ag = line.tip_ng(before_pl)
    moved.draw(later_pl)
    assert abs(line.tip_ng(before_pl + later_pl) - tip_ag - moved.past_ag / PL_PER_ML) <= 1


def test_a_person_states_only_what_was_unknown():
    line = FluidLine(section(1000, 2000, in_tubing=7), 5)
    assert not line.is_known()
    line.confirmed(7)
    assert line.is_known() and line.content(0) == [[3000, 7]]
    line.confirmed(9)
    assert line.content(0) == [[3000, 7]]
    apart = FluidLine(section(1000, 2000, in_tubing=7), 5)
    apart.confirmed(0)
    assert apart.content(0) == [[2000, 0], [1000, 7]]


def test_books_that_are_lost_leave_nobody_who_knows_the_line():
    line = FluidLine(section(1000, 2000, in_tubing=5, in_catheter=5), 5)
    line.bridge_by({"mode": "continuous", "dose_ng_per_day": 1})
    line.lost(100)
    assert line.content(100) == [[3000, None]] and line.bridge is None and line.mixed
    short = FluidLine(section(0, 0), 5)
    short.lost(100)
    assert short.content(100) == [] and not short.mixed


def test_how_much_drug_an_injection_would_push_out_of_the_catheter():
    line = FluidLine(section(1000, 2000, 0, 2 * PL_PER_ML, None), 3 * PL_PER_ML)
    assert line.catheter_ng(0, 2000) == 3 * 2000  # unknown: as the most that is there
    assert line.catheter_ng(0, 2500) == 3 * 2000 + 2 * 500
    assert line.catheter_ng(0, 0) == 0


def test_a_catheter_that_is_flushed_with_what_the_tubing_holds_is_one_with_it():
    line = FluidLine(section(1000, 2000, 0, 7, 9), 7)
    line.flushed(7, 0)
    assert line.content(0) == [[3000, 7]] and not line.mixed


def test_a_bridge_is_kept_with_its_doses():
    line = FluidLine(section(1000, 2000, 0, 5, 5), 5)
    line.enters(7, 100)
    line.bridge_by({"mode": "continuous", "dose_ng_per_day": 1})
    assert restarted(line, section(1000, 2000, 0, 5, 5), 7).bridge == line.bridge


def test_a_line_is_whole_until_a_number_of_it_changes_by_itself():
    line = FluidLine(section(1000, 2000, 0, 5, 5), 5)
    line.look(100, 3)
    assert line.is_whole()
    line.path_pl ^= 1 << 20
    assert not line.is_whole()
