"""Recovery: what the journal knows at power-up. It reads, and writes nothing.

    found = Recovery(serial)
    found.read(ring)              # ring.py hands over the newest checkpoint and what lies behind it
    found.records()               # {kind: snapshot}; SnapshotError if none of it can be believed

A checkpoint is the journal's time, the serial of the board, and entries. A record is the time and
entries. An entry is a kind, the age of its snapshot at that time, and the packed snapshot.
"""

from firmware.books import packing
from firmware.books.memory import BOOKS, LEDGER, ROTOR
from firmware.errors import SnapshotError
from firmware.snapshot import whole

# Of an entry BOOKS: reserved, missed, unmoved, unproven, unexplained; then the steps of each source
_ROW = 5
_MOVED = 3  # from here on they sum to what has left


class Recovery:
    """serial: of this board.

    kept: {kind: (instant, packed snapshot)}
    last_ms: the instant of the last record: the restart takes place then. Both in the journal's
        time
    wrong: None, or why what was found cannot be believed
    """

    def __init__(self, serial):
        self.kept = {}
        self.last_ms = 0
        self.wrong = None
        self._serial = serial
        self._rotor = None  # of the last record that has it, see proof.py
        self._rows = []  # (instant, BOOKS) since the windows were kept: in checkpoints only

    def read(self, ring):
        """True if nothing was ever written there."""
        found = ring.recover(self._on_checkpoint, self._on_record)
        if found.foreign:
            self.wrong = "the journal is of another version of the firmware"
        elif found.corrupt:
            self.wrong = "the journal is damaged beyond what a power cut leaves"
        return found.fresh

    def disbelieve(self, why):
        """What was found cannot be believed, or a keeper cannot take its record."""
        self.wrong = why

    def _on_checkpoint(self, payload):
        reader = packing.Reader(payload)
        try:
            self.last_ms = reader.number()
            serial = reader.value()
            self._take_all(reader)
        except SnapshotError as error:
            self.wrong = "a checkpoint of the journal: %s" % error
            return
        if serial != self._serial:
            self.wrong = "the journal is of another board, %s" % serial

    def _on_record(self, kind, payload):
        reader = packing.Reader(payload)
        try:
            self.last_ms = reader.number()
            self._take_all(reader)
        except SnapshotError as error:
            self.wrong = "a record of the journal: %s" % error

    def _take_all(self, reader):
        while not reader.at_end():
            kind, age_ms, size = reader.number(), reader.number(), reader.number()
            data = reader.bytes(size)
            if kind == BOOKS:
                self._rows.append((self.last_ms, _row_of(data)))
            elif kind == ROTOR:
                self._rotor = _rotor_of(data)
            else:
                whole("age of a record", age_ms)
                self.kept[kind] = self.last_ms - age_ms, data

    def records(self, proof=None):
        """{kind: snapshot}, the ledger's as of the last record, with all that was reserved taken as
        left, but for what a Proof leaves of that.
        """
        if self.wrong:
            raise SnapshotError(self.wrong)
        records = {kind: packing.unpack(data) for kind, (_, data) in sorted(self.kept.items())}
        if self._rows:
            if not isinstance(records.get(LEDGER), dict):
                raise SnapshotError("the journal has books and no ledger")
            row = self._rows[-1][1]
            if proof is not None:
                seen = sum(row[_MOVED:]) - row[_ROW - 1]
                row[0] = max(seen, proof.most_steps(row[0], self._rotor))
            reserved, missed, unmoved, unproven, unexplained = row[:_ROW]
            records[LEDGER] = dict(
                records[LEDGER],
                by_source=row[_ROW:],
                missed_steps=missed,
                unproven_steps=max(unproven, reserved - sum(row[_ROW:])),
                unexplained_steps=unexplained,
                unmoved_steps=unmoved,
            )
        return records

    def forget_rows(self):
        """They have been counted, and take room."""
        self._rows = []

    def age_ms(self, kind):
        """How long before the restart the snapshot of this kind was taken."""
        if kind == LEDGER and self._rows:
            return 0
        return self.last_ms - self.kept[kind][0]

    def movements(self):
        """[(age in ms, first step, steps moved, steps of them that left the pin)] since the
        snapshot of the dose windows, in order; the last is what was reserved and never seen to
        leave.
        """
        moved, before, beyond = [], None, 0
        rows = [(at_ms, sum(row[_MOVED:]), row[_ROW - 1]) for at_ms, row in self._rows]
        if rows:
            reserved, unexplained = self._rows[-1][1][0], rows[-1][2]
            rows.append((self.last_ms, reserved + unexplained, unexplained))
        for at_ms, steps, unexplained in rows:
            if before is not None and steps > before:
                emitted = max(0, steps - before - (unexplained - beyond))
                moved.append((self.last_ms - at_ms, before, steps - before, emitted))
            before = steps if before is None else max(before, steps)
            beyond = unexplained
        return moved


def row_of(reserved_steps, ledger):
    """The entry BOOKS: plain numbers, since it is in every record."""
    numbers = [
        reserved_steps,
        ledger.missed_steps,
        ledger.unmoved_steps(),
        ledger.unproven_steps,
        ledger.unexplained_steps,
    ]
    numbers.extend([steps + 1 for steps in ledger.given()])  # basal may lag by a step
    row = bytearray()
    packing.put_numbers(row, numbers)
    return row


def rotor_row(steps, angle, steps_per_rev):
    """The entry ROTOR."""
    row = bytearray()
    for number in (steps, angle, steps_per_rev):
        packing.put_number(row, number)
    return row


def _rotor_of(data):
    reader = packing.Reader(data)
    steps, angle, steps_per_rev = reader.number(), reader.number(), reader.number()
    whole("rotor steps", steps)
    whole("rotor angle", angle)
    whole("rotor steps_per_rev", steps_per_rev, 1)
    return steps, angle, steps_per_rev


def _row_of(data):
    reader, row = packing.Reader(data), []
    while not reader.at_end():
        steps = reader.number()
        whole("books", steps)
        row.append(steps if len(row) < _ROW else steps - 1)
    if len(row) <= _ROW:
        raise SnapshotError("an entry of the books ends too soon")
    return row
