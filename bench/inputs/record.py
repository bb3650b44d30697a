"""The table [record] of SETUP.toml: who weighed what, where, when, and with which devices. CPython
only.

Nothing is reckoned from it. What a certificate needs and the table lacks is said there as missing.
"""

from dataclasses import dataclass, fields
from typing import Any

from bench.inputs.apparatus import Values


@dataclass(frozen=True)
class Record:
    """Each a text, or None where the setup leaves it out; the fields are the keys."""

    number: str | None
    date: str | None
    place: str | None
    operator: str | None
    customer: str | None
    pump: str | None
    pump_serial: str | None
    head: str | None
    balance: str | None
    balance_serial: str | None
    balance_certificate: str | None
    thermometer: str | None
    barometer: str | None
    hygrometer: str | None
    clock: str | None
    traceability: str | None
    procedure: str | None

    @classmethod
    def of(cls, values: Values) -> "Record":
        return cls(**{field.name: values[field.name] for field in fields(cls)})

    def stated(self) -> dict[str, Any]:
        """What is there, by its key."""
        both = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in both if value is not None}
