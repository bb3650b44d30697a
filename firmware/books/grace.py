"""Grace: for how long steps may leave although the journal takes no record (S21, decision 0133).

grace.lasts(now_ms, grace_ms)     # asked for each step that has no reservation
"""

from hal.contract import HalError


class Grace:
    """notes: a StoreNotes"""

    def __init__(self, notes):
        self._notes = notes
        self._until_ms = None  # once the store says that the journal is void

    def lasts(self, now_ms, grace_ms):
        """Whether steps may leave. It begins once the store says that the books are void: the next
        power-up finds that. grace_ms: how long it is, 0 for none.
        """
        if self._until_ms is None and grace_ms:
            try:
                self._notes.void()
                if self._notes.is_void():
                    self._until_ms = now_ms + grace_ms
            except HalError:
                return False
        return self._until_ms is not None and now_ms < self._until_ms
