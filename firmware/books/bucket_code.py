"""Bucket code: the buckets of a window in few bytes, never counted low.

    bucket_code.put(data, numbers, places, total)   # the newest first
    for number in bucket_code.read(reader): ...     # as rounded

What is kept is the sum from the newest bucket to each older one, rounded up to a whole unit. So a
window is never below what it was, now and later, and never a unit above it: a unit is a power of
two, at most 1/1024 of the total, and 1 for a total below 2048. What that adds stands in a newer
bucket than it would, and leaves later.

Each bucket is a Rice code of its units: its quotient by a power of two as so many ones and a zero,
then the remainder, the lowest bit first. So the bytes are bounded whatever flowed, by `most_bytes`.
"""

from firmware.books import packing
from firmware.errors import SnapshotError

_MOST_UNITS = 2048
_MOST_SHIFT = 64  # no count of a pump comes near it


def most_bytes(places):
    """Of the code of so many buckets."""
    low = _low_bits(_MOST_UNITS, places)
    return 2 + -(-(places * (low + 1) + (_MOST_UNITS >> low)) // 8)


def _low_bits(units, places):
    """How many bits of each bucket are its remainder: about those of the mean."""
    low = 0
    while units >> low > places:
        low += 1
    return low


def put(data, numbers, places, total):
    """numbers: at most `places`, each >= 0, the newest first; total: no less than their sum."""
    shift = 0
    while total >> shift >= _MOST_UNITS:
        shift += 1
    low = _low_bits(total >> shift, places)
    packing.put_numbers(data, (shift, low))
    append = data.append
    more, mask = (1 << shift) - 1, (1 << low) - 1
    before = count = bits = held = 0
    for number in numbers:
        if count >= total:
            break  # what is older is empty
        count += number
        units = count + more >> shift
        number, before = units - before, units
        ones = number >> low
        while ones > 7:
            bits |= 255 << held
            append(bits & 255)
            bits >>= 8
            ones -= 8
        bits |= ((number & mask) << ones + 1 | (1 << ones) - 1) << held
        held += ones + 1 + low
        while held > 7:
            append(bits & 255)
            bits >>= 8
            held -= 8
    if held:
        append(bits | 255 << held & 255)  # ones end no code


def read(reader):
    """The buckets that `put` wrote, as rounded, to the end of a packing.Reader; SnapshotError for
    what no `put` wrote.
    """
    shift, low = reader.number(), reader.number()
    if shift > _MOST_SHIFT or low > _MOST_SHIFT:
        raise SnapshotError("buckets of 2**%d units of 2**%d" % (low, shift))
    mask = (1 << low) - 1
    bits = held = ones = 0
    for byte in reader.rest():
        bits |= byte << held
        held += 8
        while held:
            if bits & 1:
                bits >>= 1
                held -= 1
                ones += 1
            elif held > low:
                yield (ones << low | bits >> 1 & mask) << shift
                bits >>= low + 1
                held -= low + 1
                ones = 0
            else:
                break
    if held or ones > 7:
        raise SnapshotError("a packed value ends too soon")
