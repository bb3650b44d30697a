"""A weighing in virtual time: the driver, the loop and the log of `bench weigh`, on a simulated
balance and a simulated wire. CPython only.

    weigh_simulated(Path("build/x"), "sbi", World(), delivery, for_s=7200, every_s=0.5, seed=1)

Leaves run.csv, lines.csv and run.json as a real one does; the zero of their time is the delivery's.
"""

from collections.abc import Callable
from pathlib import Path

from bench.balances import PROTOCOLS
from bench.balances.poller import Balance
from bench.rehearse.delivery_file import Delivery
from bench.rehearse.replies import SPEAKERS
from bench.rehearse.simulated_balance import SimBalance, World
from bench.rehearse.virtual_clock import SimClock
from bench.rehearse.wire import SimWire
from bench.weigh.weigh import weigh
from bench.weigh.weigh_log import LINES, RECORD, RUN, WeighLog

USB_S = 0.016  # how long a USB adapter keeps characters
LEAD_S = 30.0  # for opening the port and the first questions, before the delivery begins

# (wire, pan, at_s): arranges what goes wrong; at_s(t) is the instant on the clock of the delivery's
# time t
Mishap = Callable[[SimWire, SimBalance, Callable[[float], float]], None]


def weigh_simulated(
    out_dir: Path,
    protocol_name: str,
    world: World,
    delivery: Delivery,
    *,
    for_s: float,
    every_s: float,
    seed: "int | float",
    mishap: Mishap | None = None,
) -> Path:
    """Weigh `delivery` for `for_s` into `out_dir`, afresh; returns the path of run.csv."""
    out_dir.mkdir(parents=True, exist_ok=True)
    for name in (RUN, LINES, RECORD):
        (out_dir / name).unlink(missing_ok=True)
    clock, protocol = SimClock(), PROTOCOLS[protocol_name]
    began_s = clock.now_s() + LEAD_S
    pan = SimBalance(world, delivery, began_s, seed)
    wire = SimWire(SPEAKERS[protocol_name], pan.show, clock, protocol.serial.char_s(), USB_S)
    if mishap:
        mishap(wire, pan, lambda t: began_s + t)
    balance = Balance(protocol, wire, clock)
    balance.open()
    names, heard = balance.identify()
    clock.wait_until_s(began_s)
    facts = {
        "balance": f"{protocol_name}:simulated",
        "for": f"{for_s:g} s",
        "every": f"{every_s:g} s",
    }
    log = WeighLog.begin(out_dir, clock, facts)
    try:
        log.add_facts({"identity": names})
        for line in heard:
            log.write(line)
        weigh(balance, clock, log, for_s=for_s, every_s=every_s)
    finally:
        log.close()
    return out_dir / RUN
