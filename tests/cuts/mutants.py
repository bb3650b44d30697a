"""Mistakes that a memory can have, each a change of the firmware's source. The cuts have to notice
them.
"""

from tests.campaign.mutants import Mutant

# every, twice_every, thrice_every of the Tally
SAMPLE = (1, 70, 100)


def _forgotten(name, kind, keeper):
    """A keeper that nobody keeps."""
    row = "            (kinds.%s, self.%s),\n" % (kind, keeper)
    return _mutant(name, "parts", row, "")


def _mutant(name, module, old, new):
    return Mutant(name, "firmware." + module, 1, ((old, new),))


NAMED = {
    mutant.name: mutant
    for mutant in (
        _mutant(
            "a reply leaves before its record",
            "pump",
            (
                "        self.keep_changes()\n"
                "        if self.memory.trouble is not None:\n"
                "            self.port.not_kept()\n"
                "        self.port.flush()"
            ),
            "        self.port.flush()\n        self.keep_changes()",
        ),
        _mutant(
            "steps are queued before they are reserved",
            "books.books",
            (
                "            if in_all > self._may_leave_steps:\n"
                "                self._may_leave_steps = self._memory.reserve(in_all)\n"
                "                if in_all"
            ),
            (
                "            if in_all > self._may_leave_steps + 400:\n"
                "                self._may_leave_steps = self._memory.reserve(in_all)\n"
                "                if in_all"
            ),
        ),
        _mutant(
            "what was reserved does not count as left",
            "books.recovery",
            "unproven_steps=max(unproven, reserved - sum(row[_ROW:])),",
            "unproven_steps=unproven,",
        ),
        _mutant(
            "what was reserved does not count as dose",
            "books.recovery",
            "rows.append((self.last_ms, reserved + unexplained, unexplained))",
            "pass",
        ),
        _mutant(
            "the checksum of a record is not looked at",
            "books.record_format",
            "return data if crc == binascii.crc32(data) & 0xFFFFFFFF else None",
            "return data",
        ),
        _mutant(
            "a sector that reads as erased is not erased",
            "books.ring",
            "            self._feed()\n            self._medium.erase(number)\n            if",
            (
                "            if record_format.is_erased(self._medium, number):\n"
                "                return number\n"
                "            self._medium.erase(number)\n"
                "            if"
            ),
        ),
        _mutant(
            "a record goes behind a torn one",
            "books.ring",
            "        return Found(False, torn, corrupt, foreign)",
            (
                "        self._at = None if torn else 2048\n"
                "        return Found(False, torn, corrupt, foreign)"
            ),
        ),
        _mutant(
            "the oldest opening is taken for the newest",
            "books.ring",
            "sorted(found, reverse=True)",
            "sorted(found)",
        ),
        _mutant(
            "the sector in use is erased",
            "books.ring",
            "number = (self._sector + step) % sectors",
            "number = (self._sector + step - 1) % sectors",
        ),
        _mutant(
            "a dose window comes back ten minutes older",
            "books.windows",
            'first_ms = then_ms - snapshot["gone_ms"]',
            'first_ms = then_ms - snapshot["gone_ms"] - 600_000',
        ),
        _mutant(
            "a dose counts from the end of the outage back",
            "books.line_books",
            "self.windows.book(now_ms - age_ms, dose_ng)",
            "self.windows.book(now_ms - age_ms - 1_200_000, dose_ng)",
        ),
        _mutant(
            "the number of a command has a record of its own",
            "link.execute",
            "        pump.memory.keep(COMMAND_IDS, pump.command_ids)",
            (
                "        pump.memory.release()\n"
                "        pump.memory.note()\n"
                "        pump.memory.keep(COMMAND_IDS, pump.command_ids)"
            ),
        ),
        _mutant(
            "a run that ends keeps its reservation",
            "books.journal",
            "        self.reserved_steps = max(0, self._ledger.emitted_steps)",
            "        self.reserved_steps = self.reserved_steps",
        ),
        _forgotten("no plan is kept", "PLAN", "plan"),
        _forgotten("no screening is kept", "SCREENING", "screening"),
        _forgotten("no bolus of the patient is kept", "PATIENT", "books.patient"),
        _forgotten("no tube set is kept", "LIFE", "life"),
        _forgotten("no offset of the clock is kept", "CLOCK", "wall_clock"),
        _forgotten("no play and no open line is kept", "SCREW", "screw"),
        _mutant(
            "a bridge is not kept",
            "books.fluid_line",
            '            self.bridge = snapshot.get("bridge")\n',
            "            self.bridge = None\n",
        ),
    )
}
