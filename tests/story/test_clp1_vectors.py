"""clp1 byte by byte: the vectors of its design, and what else must not be taken for right."""

import binascii

from firmware.link.canonical import digest
from firmware.link.clp1 import (
    BY_HOST,
    BY_PUMP,
    OVERHEAD,
    TO_HOST,
    TO_PUMP,
    counter_of,
    mac,
    opened,
    proof,
    same,
    sealed,
    transcript,
)
from firmware.link.frames import Decoder, encode

KEY = bytes(range(32))
T = transcript(2, bytes(range(0x20, 0x30)), bytes(range(0x30, 0x40)), 7)
COMMAND, REPLY = b'{"do":"status","id":1}', b'{"id":1,"ok":1}'
FRAME = (
    "c62b0002010000007b22646f223a22737461747573222c226964223a317d"
    "2728383dbcf8d574721f6cfc39006ff4877364b9"
)


def hexed(data):
    return binascii.hexlify(data).decode()


def body_of(frame):
    """What stands in a frame."""
    (body,) = Decoder(sealed=True).feed(frame)
    return body


def test_hmac_is_that_of_rfc_4231():
    told = mac(b"Jefe", b"what do ya want ", b"for nothing?")
    assert hexed(told) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert told == mac(b"Jefe", b"what do ya want for nothing?")


def test_the_handshake_has_the_tags_and_keys_of_its_vectors():
    assert hexed(T) == "02%s07000000" % hexed(bytes(range(0x20, 0x40)))
    assert hexed(proof(KEY, BY_PUMP, T)) == "9870022ef113e9b25f6ca1a724713d10"
    assert hexed(proof(KEY, BY_HOST, T)) == "a98f31eba0be6e5068f4227d5ce2ee17"
    to_pump, to_host = mac(KEY, TO_PUMP, T), mac(KEY, TO_HOST, T)
    assert hexed(to_pump) == "7e88e6312d6da14c6643e0c1e61a7c650577ecfa02a16b04b38f6dabe1467f84"
    assert hexed(to_host) == "2d393de19484b4e759ddd36b698ab4d02b35af0a5470e725a40949f718fcfed6"


def test_a_sealed_frame_and_its_reply_are_those_of_the_vectors():
    frame = sealed(mac(KEY, TO_PUMP, T), 2, 1, COMMAND)
    assert hexed(frame) == FRAME
    assert len(frame) == len(COMMAND) + OVERHEAD + 7
    body = body_of(frame)
    assert (body[0], counter_of(body)) == (2, 1)
    assert opened(mac(KEY, TO_PUMP, T), body) == COMMAND
    reply = body_of(sealed(mac(KEY, TO_HOST, T), 2, 1, REPLY))
    assert hexed(reply) == "0201000000%s3bcc78e754cefbc70d829d704c177e6b" % hexed(REPLY)


def test_the_digest_of_a_program_is_that_of_the_vectors():
    program = {"mode": "continuous", "rate_pl_per_day": 150_000_000}
    assert digest(program)[:16] == "0ad5e91d2e2f588e"


def test_no_byte_of_a_sealed_frame_may_be_another():
    key = mac(KEY, TO_PUMP, T)
    body = body_of(sealed(key, 2, 1, COMMAND))
    for place in range(len(body)):
        for bit in (1, 128):
            other = bytearray(body)
            other[place] ^= bit
            assert opened(key, bytes(other)) is None, place
    for size in range(len(body)):
        assert opened(key, body[:size]) is None, size
    assert opened(mac(KEY, TO_HOST, T), body) is None  # sent back where it came from
    assert opened(key, body + b"\0") is None


def test_tags_are_alike_where_each_byte_is():
    assert same(b"abcd", b"abcd") and not same(b"abcd", b"abce") and not same(b"abcd", b"abc")


def test_sealed_frames_and_others_stand_on_one_line():
    key = mac(KEY, TO_PUMP, T)
    frame, plain = sealed(key, 2, 1, COMMAND), encode({"do": "hello"})
    line = b"\xc6noise" + frame + b"\xc5" + plain + frame
    both = Decoder(sealed=True)
    found = [payload for byte in line for payload in both.feed(bytes([byte]))]
    assert found == [body_of(frame), {"do": "hello"}, body_of(frame)]
    assert Decoder().feed(line) == [{"do": "hello"}]  # who speaks no clp1
