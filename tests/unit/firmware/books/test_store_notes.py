"""The two notes of the journal in the store, by what they say."""

import pytest

from firmware.books.store_notes import MARK, VOID, StoreNotes
from hal.contract import HalError


class Store:
    def __init__(self, **blobs):
        self.blobs = blobs
        self.deaf = False

    def read(self, name):
        if self.deaf:
            raise HalError("store: no answer")
        return self.blobs.get(name)

    def write(self, name, data):
        if self.deaf:
            raise HalError("store: no answer")
        self.blobs[name] = data


@pytest.mark.parametrize(
    ("blobs", "fresh", "why"),
    [
        ({}, True, None),
        ({}, False, None),
        ({MARK: b"one"}, False, None),
        ({MARK: b"one"}, True, "its flash was erased or replaced"),
        ({VOID: b"one"}, False, "went on without a journal"),
        ({MARK: b"one", VOID: b""}, False, None),
    ],
)
def test_the_notes_say_whether_the_journal_can_be_believed(blobs, fresh, why):
    notes = StoreNotes(Store(**blobs), "one")
    said = notes.read(fresh)
    assert said is None if why is None else why in said
    assert notes.marked == (MARK in blobs)


def test_a_store_that_does_not_answer_may_say_either():
    store = Store()
    store.deaf = True
    assert "does not say" in StoreNotes(store, "one").read(False)


def test_a_mark_that_the_store_does_not_take_is_missing_still():
    store = Store()
    notes = StoreNotes(store, "one")
    notes.read(True)
    store.deaf = True
    notes.mark()
    assert not notes.marked
    store.deaf = False
    notes.mark()
    assert notes.marked and store.blobs == {MARK: b"one"}


def test_a_journal_is_void_until_it_is_valid():
    notes = StoreNotes(Store(), "one")
    assert not notes.is_void()
    notes.void()
    assert notes.is_void()
    notes.valid()
    assert not notes.is_void() and notes.read(False) is None
