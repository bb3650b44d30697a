"""The grammar of JSON: the checker takes what CPython's json takes, and nothing else."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.link.json_text import DEEPEST, LONGEST_NUMBER, check

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=8,
)
PIECES = [
    *'{}[]:,"\\ \t\n\r-+.eE0123456789tfnu/b\x00\x1f\x7f',
    "true",
    "false",
    "null",
    "NaN",
    "Infinity",
    '"a"',
    "\\u00e9",
    "\\ud83d",
    "\u00e9",
    "\u20ac",
    "\U0001f600",
]


def takes(text):
    try:
        check(text)
    except ValueError:
        return False
    return True


def is_json(text):
    """What CPython makes of UTF-8 bytes, without the words that JSON does not have."""

    def no_constant(word):
        raise ValueError(word)

    try:
        json.loads(text.decode("utf-8"), parse_constant=no_constant)
    except ValueError:
        return False
    return True


def is_ours(text):
    """Is it short and flat enough that the two points in which the checker is stricter are out?"""
    digits = bytes(b if b in b"0123456789+-.eE" else 32 for b in text)
    return max((len(run) for run in digits.split()), default=0) <= LONGEST_NUMBER and (
        text.count(b"[") + text.count(b"{") <= DEEPEST
    )


@settings(max_examples=300)
@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_what_is_json_is_taken(value, ascii_only, indent):
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()
    assert takes(text) or not is_ours(text)


@settings(max_examples=1500)
@given(values, st.data())
def test_a_damaged_text_is_taken_exactly_if_cpython_takes_it(value, data):
    text = bytearray(json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(text)))
        piece = data.draw(st.sampled_from(PIECES)).encode() + data.draw(st.binary(max_size=1))
        text[place : place + data.draw(st.integers(0, 2))] = piece
    if is_ours(bytes(text)):
        assert takes(bytes(text)) == is_json(bytes(text)), bytes(text)


@settings(max_examples=1500)
@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_random_pieces_are_taken_exactly_if_cpython_takes_them(pieces):
    text = "".join(pieces).encode()
    assert takes(text) == is_json(text), text


@settings(max_examples=500)
@given(st.binary(max_size=6))
def test_random_bytes_in_a_text_are_taken_exactly_if_they_are_utf_8(inner):
    text = b'"' + inner + b'"'
    assert takes(text) == is_json(text), text


@pytest.mark.parametrize("lead", range(0x80, 0x100))
def test_every_character_of_utf_8_is_known_by_its_first_two_bytes(lead):
    for second in range(0x70, 0xD0):
        for tail in (b"", b"\x80", b"\x80\x80", b"\xbf\x7f"):
            text = b'["' + bytes([lead, second]) + tail + b'"]'
            assert takes(text) == is_json(text), text


@pytest.mark.parametrize(
    "text",
    [b'{"id" 1 "do" "stop"}', b'{"id":1,"do":"stop",}', b"[1 2]", b"[1,]", b"01", b"+1", b".5",
     b"1.", b"1e", b"--1", b"'a'", b'{"a":1}}', b'"\t"', b"nul", b"tru e", b"", b"   ",
     b"\xef\xbb\xbf1", b"NaN", b"-Infinity",
     b"{1:2}", b'{"a"}', b"\x00", b'"\\u12g4"', b'"\\x41"', b'"\\'],
)  # fmt: skip
def test_what_is_no_json_is_refused(text):
    assert not takes(text)


def test_the_two_limits():
    assert takes(b"[" * DEEPEST + b"]" * DEEPEST)
    assert not takes(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1))
    assert takes(b"[" + b"9" * LONGEST_NUMBER + b"]")
    assert not takes(b"9" * (LONGEST_NUMBER + 1))
