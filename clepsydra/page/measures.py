"""What the page knows of the pump, as Prometheus reads it (docs/page.md). CPython only.

    measures = Measures(owner)
    measures.text(accept)            (bytes, content type)

Units are in the names, as everywhere here. Nothing is asked of the pump for it.
"""

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from clepsydra.notify.notifier import Notifier
from clepsydra.page.glance import Glance
from clepsydra.page.owner import Owner
from firmware.alarms.alarm_table import TABLE
from firmware.states import NAMES as STATES

PL_PER_ML, NG_PER_UG, MS_PER_S = 10**9, 1000, 1000
PRIORITIES = ("", "LOW", "MEDIUM", "HIGH")
# (name, what it is, field of the status, divided by); where the status has null there is no value
GAUGES = (
    ("wanted_ml_per_day", "what program and bolus ask for now", "wanted_pl_per_day", PL_PER_ML),
    ("permitted_ml_per_day", "what is delivered now", "permitted_pl_per_day", PL_PER_ML),
    ("pump_ug_per_day", "what leaves the pump now", "pump_ng_per_day", NG_PER_UG),
    ("tip_ug_per_day", "what leaves the tip now, by plug flow", "tip_ng_per_day", NG_PER_UG),
    ("concentration_ug_per_ml", "in the reservoir", "conc_ng_per_ml", NG_PER_UG),
    ("delivered_1h_ug", "given in the last hour", "delivered_1h_ng", NG_PER_UG),
    ("delivered_24h_ug", "given in the last 24 h", "delivered_24h_ng", NG_PER_UG),
    ("counted_1h_ug", "counted for the cap of an hour", "dose_1h_ng", NG_PER_UG),
    ("counted_24h_ug", "counted for the cap of 24 h", "dose_24h_ng", NG_PER_UG),
    ("reservoir_ml", "left by the books", "residual_pl", PL_PER_ML),
    ("reservoir_low_in_seconds", "until the reservoir is low", "low_in_ms", MS_PER_S),
    ("reservoir_empty_in_seconds", "until it is empty", "empty_in_ms", MS_PER_S),
    ("refill_by_timestamp_seconds", "when it is low at the earliest", "next_refill_s", 1),
    ("powered_seconds", "since the pump was switched on", "now_ms", MS_PER_S),
    ("tube_revolutions", "of the tube set", "tube_revs", 1),
    ("bolus", "1 while a bolus, a prime or a bridge runs", "bolus", 1),
    ("gate", "why a limit lowers the rate, 0 for none (docs/events.md)", "gate", 1),
)
COUNTERS = (
    ("delivered_ml", "left the pump since its books began", "ledger_pl", PL_PER_ML),
    ("emitted_steps", "left the pin since then", "emitted_steps", 1),
    ("missed_steps", "booked and never emitted", "missed_steps", 1),
    ("unexplained_steps", "turned by the rotor without a pulse", "unexplained_steps", 1),
    ("broken_frames", "that the pump has thrown away since power-up", "broken_frames", 1),
)


class Measures:
    def __init__(self, owner: Owner, notifier: Notifier | None = None) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_OfPump(owner, notifier))

    def text(self, accept: str) -> tuple[bytes, str]:
        """In the format that the header `Accept` asks for, and its name."""
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type


class _OfPump(Collector):
    def __init__(self, owner: Owner, notifier: Notifier | None) -> None:
        self._owner, self._notifier = owner, notifier

    def describe(self) -> list[Metric]:
        return []  # they are worked out when they are asked for

    def collect(self) -> Iterator[Metric]:
        glance, trouble = self._owner.glance, self._owner.trouble
        up = GaugeMetricFamily("clepsydra_up", "1 while the pump answers")
        up.add_metric([], 0 if trouble or glance is None else 1)
        yield up
        if glance is not None:
            yield from _of(glance)
        if self._notifier is not None:
            yield from _notices(self._notifier)


def _notices(notifier: Notifier) -> Iterator[Metric]:
    notices = CounterMetricFamily(
        "clepsydra_notices", "of alarms, by what became of them", labels=["outcome"]
    )
    for outcome in ("sent", "failed", "dropped"):
        notices.add_metric([outcome], getattr(notifier, outcome))
    yield notices


def _of(glance: Glance) -> Iterator[Metric]:
    raw, who = glance.status.raw, glance.identity
    pump = InfoMetricFamily("clepsydra_pump", "who it is")
    drug = glance.config["drug"]["name"] if glance.config else ""
    told = {
        "name": glance.name,
        "serial": who.serial,
        "board": who.board,
        "firmware": who.firmware,
        "commit": who.commit,
        "config_sha256": who.config_sha256,
        "program_sha256": who.program_sha256,
        "drug": drug,
    }
    pump.add_metric([], told)
    yield pump
    yield _gauge("look_age_seconds", "how old all of this is", glance.age_s)
    for name, what, field, divisor in GAUGES:
        if raw[field] is not None:
            yield _gauge(name, what, raw[field] / divisor)
    for name, what, field, divisor in COUNTERS:
        yield CounterMetricFamily(f"clepsydra_{name}", what, value=raw[field] / divisor)
    yield from _caps(glance.config)
    if glance.status.clock_ahead_ms is not None:
        ahead_s = glance.status.clock_ahead_ms / MS_PER_S
        yield _gauge("clock_ahead_seconds", "of the clock of this computer", ahead_s)
    state = GaugeMetricFamily("clepsydra_state", "1 for the state it is in", labels=["state"])
    for name in sorted(STATES.values()):
        state.add_metric([name], int(name == glance.status.state))
    yield state
    source = CounterMetricFamily(
        "clepsydra_source_steps", "emitted since the books began", labels=["source"]
    )
    for name, steps in sorted(raw["by_source"].items()):
        source.add_metric([name], steps)
    yield source
    yield from _alarms(glance)


def _alarms(glance: Glance) -> Iterator[Metric]:
    signalled = {alarm.name: alarm for alarm in glance.status.alarms}
    alarms = GaugeMetricFamily(
        "clepsydra_alarm", "0 not signalled, else 1 LOW, 2 MEDIUM, 3 HIGH", labels=["alarm"]
    )
    for name in sorted({*signalled, *(row.name for row in TABLE.values())}):
        found = signalled.get(name)
        alarms.add_metric([name], PRIORITIES.index(found.priority) if found else 0)
    yield alarms
    unseen = sum(not alarm.acknowledged for alarm in signalled.values())
    yield _gauge("alarms_unacknowledged", "alarms that nobody has acknowledged", unseen)


def _caps(config: dict[str, Any] | None) -> Iterator[Metric]:
    for span in ("1h", "24h") if config else ():
        cap = config["limits"][f"max_dose_{span}_ng"] if config else None
        if cap is not None:
            yield _gauge(f"cap_{span}_ug", f"the most that any {span} may have", cap / NG_PER_UG)


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"clepsydra_{name}", what, value=value)
