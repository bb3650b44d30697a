"""Flipped bits: every whole number that a pump holds, found by walking its objects, and a bit of
one of them turned over. CPython only.

    places = numbers_of(bench.pump)
    places[n].flip(bit)
"""

from collections import namedtuple

# Of the machine, of the conversation, and of the image
LEFT_OUT = {"hal", "driver", "clock", "port", "log", "memory", "event_ring", "build", "stored"}
LEFT_OUT |= {"kind"}
BITS = 63  # below what a long number of MicroPython has for its sign


class Place(namedtuple("Place", "path holder key")):
    """A whole number: `holder.key`, or `holder[key]` of a list or a dictionary."""

    __slots__ = ()

    def field(self):
        """Its path without the places in lists: the many numbers of a table are one field."""
        return ".".join(word for word in self.path.split(".") if not word.isdigit())

    def flip(self, bit):
        _put(self.holder, self.key, _get(self.holder, self.key) ^ (1 << bit))


def numbers_of(pump):
    """Each Place, in the order of their paths."""
    found, seen = [], set()
    for name in sorted(vars(pump)):
        if name not in LEFT_OUT:
            _walk(pump, name, name, found, seen)
    return sorted(found, key=lambda place: place.path)


def drawn(pump, chance):
    """A Place: each field is as likely as any other."""
    fields = {}
    for place in numbers_of(pump):
        fields.setdefault(place.field(), []).append(place)
    return chance.choice(fields[chance.choice(sorted(fields))])


def _walk(holder, key, path, found, seen):
    value = _get(holder, key)
    if isinstance(value, int) and not isinstance(value, bool):
        found.append(Place(path, holder, key))
        return
    if isinstance(value, tuple):
        value = _Copy(holder, key)
    elif id(value) in seen:
        return
    seen.add(id(value))
    for inner in _keys(value):
        _walk(value, inner, f"{path}.{inner}", found, seen)


class _Copy:
    """A tuple that can be written to: the holder gets another one."""

    def __init__(self, holder, key):
        self._place = holder, key
        self.length = len(_get(holder, key))

    def __getitem__(self, index):
        return _get(*self._place)[index]

    def __setitem__(self, index, value):
        old = _get(*self._place)
        new = [*old[:index], value, *old[index + 1 :]]
        made = type(old)(*new) if hasattr(old, "_fields") else tuple(new)
        _put(*self._place, made)


def _keys(value):
    if isinstance(value, _Copy):
        return range(value.length)
    if isinstance(value, list):
        return range(len(value))
    if isinstance(value, dict):
        return sorted(value, key=str)
    if type(value).__module__.startswith("firmware") and hasattr(value, "__dict__"):
        return [name for name in sorted(vars(value)) if name.lstrip("_") not in LEFT_OUT]
    return []


def _get(holder, key):
    return holder[key] if isinstance(holder, (list, dict, _Copy)) else getattr(holder, key)


def _put(holder, key, value):
    if isinstance(holder, (list, dict, _Copy)):
        holder[key] = value
    else:
        setattr(holder, key, value)
