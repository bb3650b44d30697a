"""The report of a session with the pump, on one page of A4: the blocks of paper/reports.py, and
what was changed from the page. CPython only.
"""

from collections.abc import Sequence
from typing import NamedTuple

from clepsydra.amounts import volume_text
from clepsydra.page.glance import Glance
from clepsydra.page.site import Site
from clepsydra.paper import pump_blocks
from clepsydra.paper.paper import Block
from clepsydra.paper.reports import settings_and_delivery
from clepsydra.paper.taken import Taken
from clepsydra.prescription.plan_outlook import is_plan, stages


class Report(NamedTuple):
    """changes: (when, what, result)"""

    about: str
    blocks: Sequence[Block]
    changes: list[tuple[str, str, str]]
    foot: str


def report(site: Site, glance: Glance) -> Report:
    taken = _taken(site, glance)
    blocks = settings_and_delivery(taken)
    if site.began_with is not None:
        gone_pl = glance.status.raw["ledger_pl"] - site.began_with.status.raw["ledger_pl"]
        clock = "by this computer"  # the pump may have another time
        rows = [(f"since {site.began:%H:%M} {clock}", volume_text(max(0, gone_pl)))]
        blocks.append(Block("Delivered while this page was open", rows))
    changes = [(f"{one.at:%H:%M:%S}", one.what, one.result) for one in site.changes]
    return Report(pump_blocks.about(taken), blocks, changes, pump_blocks.foot(taken))


def _taken(site: Site, glance: Glance) -> Taken:
    """What the page has read already, as a report wants it."""
    meant, config = glance.meant, glance.config
    in_plan = meant is not None and config is not None and is_plan(meant.section)
    events = site.owner.mirror.events
    return Taken(
        said=glance.said,
        identity=glance.identity,
        config=config,
        section=meant.section if meant else {},
        meant=meant,
        stages=stages(meant.section, config) if in_plan and meant and config else [],
        status=glance.status,
        events=events,
        gone=events[0].seq - 1 if events else 0,
    )
