"""Checks of a snapshot's parts: all are made before anything is restored, so that a bad snapshot
changes nothing.
"""

from firmware.errors import SnapshotError, shown

MANY = 10**15  # no count, volume, dose or age of a pump comes near it


class Noticed:
    """A keeper that says itself that what it keeps has changed.

    changed: since `take_change` was called last
    """

    changed = False

    def take_change(self):
        """Whether it has changed since the last call."""
        changed, self.changed = self.changed, False
        return changed


def whole(what, value, least=0, most=MANY):
    """SnapshotError unless value is a whole number from `least` to `most`."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise SnapshotError(
            "%s of a snapshot is %s, allowed is a whole number from %d to %d"
            % (what, shown(value), least, most)
        )


def rows(what, value, length):
    """SnapshotError unless value is a list of lists of `length`."""
    if not isinstance(value, list):
        raise SnapshotError("%s of a snapshot is %s, allowed is a list" % (what, shown(value)))
    for row in value:
        if not isinstance(row, (list, tuple)) or len(row) != length:
            raise SnapshotError(
                "%s of a snapshot holds %s, allowed are rows of %d" % (what, shown(row), length)
            )


def part(snapshot, name):
    """One part of a snapshot; SnapshotError if it is missing."""
    if not isinstance(snapshot, dict) or name not in snapshot:
        raise SnapshotError("a snapshot without its part %s" % name)
    return snapshot[name]


def only(what, value, names):
    """SnapshotError unless value is an object with no parts but those of these names."""
    if not isinstance(value, dict):
        raise SnapshotError("%s of a snapshot is %s, allowed is an object" % (what, shown(value)))
    for name in sorted(value, key=str):
        if name not in names:
            raise SnapshotError(
                "%s of a snapshot has the part %s, allowed are %s"
                % (what, shown(name), ", ".join(sorted(names)))
            )
