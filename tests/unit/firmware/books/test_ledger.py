"""The ledger against plain sums."""

import json
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.books.epoch import Epoch
from firmware.books.ledger import MOST_EPOCHS, Ledger
from firmware.errors import SnapshotError
from firmware.therapy.overlays import SOURCES, TAKE_UP

books = settings(max_examples=80)
calibrations = st.tuples(st.integers(1, 10**9), st.integers(1, 51_200))
# (booked, share of the queue that leaves, share of that which is the overlay's, source of the
# overlay)
passes = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(0, 100), st.integers(0, 100), st.integers(1, 6)),
    max_size=30,
)


def made_ledger(calibration=(10_000_000, 3200), emitted_now=0):
    return Ledger(Epoch(*calibration, "baclofen", 2_000_000), emitted_now)


def run_passes(ledger, rows, driver=0):
    """Book and settle as told; returns (driver's count, steps by source) reckoned here."""
    by_source = [0] * len(SOURCES)
    for booked, leaves, overlay, source in rows:
        ledger.book(booked)
        left = ledger.queued_steps() * leaves // 100
        of_overlay = left * overlay // 100
        driver += left
        by_source[source] += of_overlay
        by_source[0] += left - of_overlay
        ledger.settle(driver, source, ledger.by_source[source] + of_overlay)
    return driver, by_source


@books
@given(passes, st.integers(-1000, 10**9))
def test_every_emitted_step_has_one_source_and_booked_is_emitted_missed_or_queued(
    rows, emitted_before
):
    """Invariant: by_source sums to emitted_steps. Invariant: booked == emitted + missed + still
    queued.
    """
    ledger = made_ledger(emitted_now=emitted_before)
    driver, by_source = run_passes(ledger, rows, emitted_before)
    assert ledger.emitted_steps == driver - emitted_before
    assert ledger.by_source == by_source
    assert sum(ledger.by_source) == ledger.emitted_steps
    assert ledger.queued_steps() == sum(row[0] for row in rows) - ledger.emitted_steps
    queued = ledger.queued_steps()
    assert ledger.miss() == queued
    assert ledger.queued_steps() == 0
    assert ledger.booked_steps == ledger.emitted_steps + ledger.missed_steps


@books
@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(0, 1000))
def test_at_the_end_of_a_run_an_overlay_has_no_more_than_what_left(due_before, due, left):
    ledger = made_ledger()
    ledger.book(due_before + 1000)
    ledger.settle(due_before, 1, due_before)
    ledger.settle_end(due_before + left, 1, due_before + due)
    assert ledger.by_source[1] == due_before + min(due, left)
    assert ledger.by_source[0] == left - min(due, left)


@books
@given(st.lists(st.tuples(calibrations, passes), min_size=1, max_size=6))
def test_a_new_epoch_rewrites_nothing(epochs):
    """The total is the sum over the epochs, each rounded down once, each by its own calibration."""
    ledger = made_ledger(epochs[0][0])
    driver, expected, starts = 0, 0, []
    for n, (calibration, rows) in enumerate(epochs):
        if n:
            ledger.new_epoch(Epoch(*calibration, "baclofen", n))
        starts.append(ledger.emitted_steps)
        before = driver
        driver, by_source = run_passes(ledger, rows, driver)
        ledger.miss()
        moved = driver - before - by_source[TAKE_UP.source]  # the play of a screw is no volume
        epoch_pl = Fraction(moved * calibration[0], calibration[1]) // 1
        assert ledger.total_pl() == expected + epoch_pl
        expected += epoch_pl
    kept = epochs[-MOST_EPOCHS:]
    if len(epochs) > MOST_EPOCHS:
        starts = starts[-MOST_EPOCHS:]
    assert [epoch[0] for epoch in ledger.epochs] == starts
    assert [tuple(epoch[1:3]) for epoch in ledger.epochs] == [
        calibration for calibration, _ in kept
    ]


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_of_many_epochs_the_last_are_kept_and_that_there_ever_was_a_drug(drugs):
    concs = [500_000 if drug else 0 for drug in drugs]
    ledger = Ledger(Epoch(10, 1, "x", concs[0]))
    for conc in concs[1:]:
        ledger.new_epoch(Epoch(10, 1, "x", conc))
    assert len(ledger.epochs) == min(len(drugs), MOST_EPOCHS)
    assert ledger.epochs[-1][-1] == concs[-1]
    assert any(epoch[-1] for epoch in ledger.epochs) == any(drugs)


@books
@given(calibrations, passes)
def test_committed_is_what_the_total_will_be_once_all_has_left(calibration, rows):
    ledger = made_ledger(calibration)
    driver, _ = run_passes(ledger, rows)
    committed = ledger.committed_pl()
    assert committed >= ledger.total_pl()
    ledger.settle(driver + ledger.queued_steps())
    assert ledger.total_pl() == committed == ledger.committed_pl()


@books
@given(st.lists(st.tuples(calibrations, passes), min_size=1, max_size=4), st.integers(0, 10**6))
def test_after_a_restart_the_books_go_on_and_what_was_queued_is_missed(epochs, driver_now):
    ledger = made_ledger(epochs[0][0])
    driver = 0
    for n, (calibration, rows) in enumerate(epochs):
        if n:
            ledger.miss()
            ledger.new_epoch(Epoch(*calibration, "baclofen", 2_000_000))
        driver, _ = run_passes(ledger, rows, driver)
    again = made_ledger(epochs[-1][0], driver_now)
    again.restore(json.loads(json.dumps(ledger.snapshot(0))), 0)
    assert again.by_source == ledger.by_source
    assert again.emitted_steps == ledger.emitted_steps
    assert again.missed_steps == ledger.missed_steps + ledger.queued_steps()
    assert again.queued_steps() == 0
    assert again.total_pl() == ledger.total_pl()
    assert [row[:3] for row in again.epochs] == [row[:3] for row in ledger.epochs]
    assert again.epochs[-1] == ledger.epochs[-1]
    again.book(10)
    again.settle(driver_now + 10)
    assert again.emitted_steps == ledger.emitted_steps + 10


def test_a_restart_with_another_calibration_opens_an_epoch():
    ledger = made_ledger()
    ledger.book(3200)
    ledger.settle(3200)
    again = Ledger(Epoch(20_000_000, 3200, "baclofen", 2_000_000))
    again.restore(ledger.snapshot(0), 0)
    assert again.total_pl() == 10_000_000
    assert again.epochs == [
        [0, 10_000_000, 3200, "baclofen", 2_000_000],
        [3200, 20_000_000, 3200, "baclofen", 2_000_000],
    ]
    again.book(3200)
    again.settle(3200)
    assert again.total_pl() == 30_000_000


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("by_source", [1, 2, 3, 4, 5, 6]),
        ("by_source", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("by_source", []),
        ("missed_steps", -1),
        ("epochs", []),
    ],
)
def test_a_snapshot_that_cannot_be_is_refused_and_changes_nothing(field, value):
    ledger = made_ledger()
    ledger.book(20)
    ledger.settle(10)
    before = ledger.snapshot(0)
    with pytest.raises(SnapshotError):
        ledger.check({**before, field: value})
    assert ledger.snapshot(0) == before
