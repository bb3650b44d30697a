"""Frames: what was sent comes out, in any pieces; what was not sent does not, whatever the line
does to it.
"""

import binascii
import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.errors import FrameError
from firmware.link.frames import MAX_PAYLOAD, SLICE_MS, STALE_MS, SYNC, Decoder, encode

values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=5), st.dictionaries(st.text(max_size=8), inner, max_size=5)
    ),
    max_leaves=15,
)
payloads = st.lists(values, min_size=1, max_size=6)
noise = st.one_of(
    st.binary(max_size=60),
    st.just(bytes([SYNC])),
    st.just(bytes([SYNC]) * 5),
    st.just(bytes([SYNC, 10, 0])),
)
any_line = settings(max_examples=70)
FLUSH = b"\x00" * (MAX_PAYLOAD + 8)  # longer than any frame that noise can promise


def frame(body):
    """A frame written by hand from the description of the format."""
    checked = struct.pack("<H", len(body)) + body
    return b"\xc5" + checked + struct.pack("<I", binascii.crc32(checked))


def in_pieces(data, cuts):
    marks = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in zip(marks, marks[1:])]


def fed(pieces):
    decoder, found = Decoder(), []
    for piece in pieces:
        found += decoder.feed(piece)
    return found, decoder


@any_line
@given(payloads, st.lists(st.integers(0, 10**6), max_size=30))
def test_any_payload_comes_through_in_any_pieces(sent, cuts):
    found, decoder = fed(in_pieces(b"".join(encode(value) for value in sent), cuts))
    assert found == sent
    assert decoder.broken == 0


@any_line
@given(values)
def test_a_frame_is_sync_length_json_and_crc_32(value):
    data = encode(value)
    assert data[0] == 0xC5
    assert struct.unpack_from("<H", data, 1)[0] == len(data) - 7
    assert json.loads(data[3:-4]) == value
    assert struct.unpack("<I", data[-4:])[0] == binascii.crc32(data[1:-4])


@any_line
@given(
    st.lists(st.tuples(noise, values), min_size=1, max_size=5),
    st.lists(st.integers(0, 10**6), max_size=20),
)
def test_noise_between_frames_hides_no_frame_and_makes_none(parts, cuts):
    """Noise may promise a frame that never comes: all that was sent comes out all the same."""
    data = b"".join(junk + encode(value) for junk, value in parts)
    found, _ = fed(in_pieces(data, cuts))
    assert found == [value for _, value in parts]


@any_line
@given(payloads, st.data())
def test_a_frame_with_flipped_bits_is_dropped_and_the_others_come_through(sent, data):
    """A CRC-32 sees every burst of up to 32 bits; what is hit here lies within 4 bytes."""
    hit = data.draw(st.integers(0, len(sent) - 1))
    frames = [bytearray(encode(value)) for value in sent]
    place = data.draw(st.integers(0, len(frames[hit]) - 4))
    mask = data.draw(st.integers(1, 2**32 - 1)).to_bytes(4, "little")
    for n in range(4):
        frames[hit][place + n] ^= mask[n]
    found, decoder = fed([bytes(one) for one in frames])
    assert found == sent[:hit] + sent[hit + 1 :]
    decoder.feed(FLUSH)
    if frames[hit][0] == SYNC:
        assert decoder.broken >= 1


@any_line
@given(payloads, values, st.integers(1, 10**6))
def test_after_a_frame_that_was_cut_short_the_decoder_finds_its_feet(sent, torn, cut):
    whole = encode(torn)
    found, _ = fed([whole[: cut % len(whole)], *[encode(value) for value in sent]])
    assert found == sent


@any_line
@given(st.lists(st.binary(max_size=300), max_size=10))
def test_no_bytes_whatever_raise_and_none_become_a_payload(pieces):
    assert fed([*pieces, FLUSH])[0] == []


@any_line
@given(st.binary(max_size=100))
def test_a_whole_frame_that_is_no_json_is_counted_and_dropped(body):
    try:
        expected = [json.loads(body)]
    except ValueError:
        expected = []
    found, decoder = fed([frame(body), encode(1)])
    assert found == [*expected, 1] or expected != expected  # nan is not itself
    assert decoder.broken == (not expected)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"do":}', b"\xff\xfe", b'"\xff"', b"[" * 5000, b'{"a":1}x', b"nul", b"\x00"],
    ids=lambda body: repr(body[:8]),
)
def test_bodies_that_are_no_json(body):
    found, decoder = fed([frame(body), encode({"do": "status"})])
    assert found == [{"do": "status"}]
    assert decoder.broken == 1


def test_a_frame_holds_8192_bytes_and_no_more():
    longest = "x" * (MAX_PAYLOAD - 2)
    assert fed([encode(longest)])[0] == [longest]
    with pytest.raises(FrameError, match=r"a payload of 8193 bytes, at most 8192 fit a frame"):
        encode(longest + "x")


def test_a_length_that_no_frame_can_have_is_no_frame():
    too_long = b"\xc5" + struct.pack("<H", MAX_PAYLOAD + 1)
    found, decoder = fed([too_long, encode(7)])
    assert found == [7]
    assert decoder.broken == 1


def test_a_frame_within_the_payload_of_a_broken_one_is_found():
    """Bytes of a frame that is broken are looked through again: the next frame may have begun
    inside.
    """
    broken = bytearray(frame(encode({"do": "stop"})))
    broken[-1] ^= 1
    assert fed([bytes(broken)])[0] == [{"do": "stop"}]


def test_a_megabyte_of_noise_is_over_in_no_time():
    found, _ = fed([bytes([SYNC, 0, 32]) * 300 for _ in range(30)] + [FLUSH, encode(1)])
    assert found == [1]


# Time

STOP = encode({"do": "stop"})


@any_line
@given(
    st.binary(max_size=40),
    st.lists(st.integers(1, len(STOP) - 1), max_size=6, unique=True),
    st.lists(st.integers(0, 400), min_size=8, max_size=8),
    st.integers(0, 1000),
)
def test_a_frame_is_taken_exactly_if_it_is_whole_within_a_second(junk, cuts, waits, quiet_ms):
    """Whatever came before it and whenever: its own first byte counts, to within a slice."""
    decoder, now_ms = Decoder(), 5000
    assert decoder.feed(junk, now_ms) == []
    now_ms += quiet_ms
    begun_ms, found = now_ms, []
    for wait_ms, piece in zip(waits, in_pieces(STOP, cuts)):
        found += decoder.feed(piece, now_ms)
        last_ms = now_ms
        now_ms += wait_ms
    lasted_ms = last_ms - begun_ms
    if lasted_ms > STALE_MS:
        assert found == []
    elif quiet_ms >= SLICE_MS or lasted_ms <= STALE_MS - SLICE_MS:
        assert found == [{"do": "stop"}]


@any_line
@given(st.lists(st.tuples(st.binary(max_size=80), st.integers(0, 300)), min_size=1, max_size=12))
def test_nothing_waits_longer_than_a_second_and_the_decoder_says_when_to_look(pieces):
    decoder, now_ms = Decoder(), 0
    for piece, wait_ms in pieces:
        decoder.feed(piece, now_ms)
        assert decoder.due_ms is None or now_ms < decoder.due_ms <= now_ms + STALE_MS + 1
        now_ms += wait_ms
    now_ms += STALE_MS + 1
    assert decoder.feed(b"", now_ms) == []
    assert decoder.due_ms is None
    assert decoder.feed(STOP[:-1], now_ms) == []
    assert decoder.feed(STOP[-1:], now_ms + STALE_MS) == [{"do": "stop"}]
