"""The pump's named exceptions. Each text says what was found, what is allowed and what to do."""

SHOWN_CHARACTERS = 60
_ALLOWED_CHARACTERS = 300


def shown(value):
    """A value that came from outside, as it may stand in a message: never long."""
    if isinstance(value, dict):
        return "an object of %d" % len(value)
    if isinstance(value, list):
        return "a list of %d" % len(value)
    text = repr(value)
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


class PumpError(Exception):
    """Base of all that the pump raises itself."""


class ConfigError(PumpError):
    """A configuration or program that cannot be: field, value, what is allowed, what to do."""

    def __init__(self, field, value, allowed, remedy="correct it and send it again"):
        super().__init__(
            "%s is %s, allowed is %s: %s"
            % (field[:SHOWN_CHARACTERS], shown(value), allowed[:_ALLOWED_CHARACTERS], remedy)
        )
        self.field = field
        self.value = value
        self.allowed = allowed
        self.remedy = remedy


class FrameError(PumpError):
    """A payload that does not fit a frame."""


class SnapshotError(PumpError):
    """A snapshot that does not belong to this pump or was damaged; nothing was restored."""
