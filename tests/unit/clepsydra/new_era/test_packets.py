"""Packets and numbers of a New Era line, against what was recorded and against arithmetic of
another kind.
"""

from decimal import ROUND_DOWN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clepsydra.new_era.packets import PARTIAL_S, Inbox, Packet, encode
from clepsydra.new_era.short_numbers import (
    RATES,
    VOLUMES,
    rate_text,
    text_of,
    thousandths,
    volume_unit,
)

RECORDED = [  # of nesp-lib 2.0.0 and what it expects
    ("0SAF0", "02 09 30 53 41 46 30 59 AD 03"),
    ("0SAF2", "02 09 30 53 41 46 32 79 EF 03"),
    ("00A?R", "02 09 30 30 41 3F 52 65 86 03"),
    ("00S", "02 07 30 30 53 AA A6 03"),
    ("0VER", "02 08 30 56 45 52 48 09 03"),
    ("00SNE1000V3.923", "02 13 30 30 53 4E 45 31 30 30 30 56 33 2E 39 32 33 96 49 03"),
    ("0", "02 05 30 36 53 03"),
    ("0SAF", "02 08 30 53 41 46 3D 88 03"),
    ("00S2", "02 08 30 30 53 32 A4 B1 03"),
]


def crc_by_bits(data):
    """CCITT, polynomial 0x1021, from 0, bit by bit."""
    crc = 0
    for byte in data:
        for bit in range(8):
            carried = (crc >> 15) ^ (byte >> (7 - bit) & 1)
            crc = (crc << 1 & 0xFFFF) ^ (0x1021 if carried else 0)
    return crc


@pytest.mark.parametrize(("text", "packet"), RECORDED)
def test_a_safe_packet_is_as_it_was_recorded(text, packet):
    assert encode(text, safe=True) == bytes.fromhex(packet)
    assert Inbox().feed(bytes.fromhex(packet), 0.0) == [Packet(text, True)]


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40))
def test_the_check_sum_agrees_with_one_that_is_worked_out_bit_by_bit(text):
    packet = encode(text, safe=True)
    assert int.from_bytes(packet[-3:-1], "big") == crc_by_bits(text.encode())
    assert packet[1] == len(packet) - 1


@given(st.data(), st.sampled_from([row[1] for row in RECORDED]))
def test_a_safe_packet_with_a_wrong_bit_is_never_taken_for_a_sound_one(data, packet):
    raw = bytearray(bytes.fromhex(packet))
    bit = data.draw(st.integers(8 * 2, 8 * len(raw) - 1))
    raw[bit // 8] ^= 1 << bit % 8
    assert not [one for one in Inbox().feed(bytes(raw), 0.0) if one.sound]


@given(st.lists(st.sampled_from(["0DIA14.43", "", "0RUN", "* RAT 1.5", "0stp "])), st.data())
def test_packets_are_found_however_the_bytes_are_cut(texts, data):
    sent = b"".join(
        encode(text, safe=True) if data.draw(st.booleans()) else text.encode() + b"\r"
        for text in texts
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    inbox, found = Inbox(), []
    for start, end in zip([0, *cuts], [*cuts, len(sent)]):
        found += inbox.feed(sent[start:end], 0.0)
    assert [packet.text for packet in found] == [t.replace(" ", "").upper() for t in texts]


def test_half_a_safe_packet_is_noise_after_half_a_second():
    inbox, packet = Inbox(), encode("0RUN", safe=True)
    assert inbox.feed(packet[:4], 0.0) == []
    assert inbox.feed(b"0\r", PARTIAL_S) == [Packet("0", True)]


@given(st.binary(max_size=400))
def test_noise_never_raises_and_a_whole_command_behind_it_is_heard(noise):
    inbox = Inbox()
    inbox.feed(noise, 0.0)
    inbox.feed(b"\r", 1.0)
    assert inbox.feed(b"0STP\r", 2.0)[-1] == Packet("0STP", True)


@pytest.mark.parametrize(
    ("text", "number"),
    [("25", 25_000), (".5", 500), ("0.25", 250), ("9999.", 9_999_000), ("20.83", 20_830)]
    + [(text, None) for text in ("", ".", "nan", "1e-05", "12.345", "12345", "-1", "1,5", "1.2.3")],
)
def test_a_number_has_four_digits_at_most(text, number):
    assert thousandths(text) == number


@given(st.integers(0, 9_999_999))
def test_a_number_that_goes_out_has_a_point_and_is_never_rounded_up(number):
    text, exact = text_of(number), Decimal(number) / 1000
    digits = max(0, 4 - max(1, len(str(number // 1000))))
    assert text.count(".") == 1 and sum(c.isdigit() for c in text) == 4
    assert Decimal(text) == exact.quantize(Decimal(1).scaleb(-digits), ROUND_DOWN)


@pytest.mark.parametrize(
    ("pl_per_day", "text"),
    [(499_920_000, "20.83UH"), (0, "0.000UH"), (24 * 10**9, "1000.UH"), (10**13, "416.6MH")],
)
def test_a_rate_is_said_in_the_unit_that_it_fits(pl_per_day, text):
    assert rate_text(pl_per_day) == text


def test_the_units_are_exact():
    ul, day_h = 10**6, 24
    assert {unit: factor * 1000 for unit, factor in RATES.items()} == {
        "UH": ul * day_h,
        "UM": ul * day_h * 60,
        "MH": 1000 * ul * day_h,
        "MM": 1000 * ul * day_h * 60,
    }
    assert VOLUMES == {"UL": ul // 1000, "ML": ul}
    assert volume_unit(9_999 * ul, "UL") == "UL"
    assert volume_unit(10_000 * ul, "UL") == "ML"
