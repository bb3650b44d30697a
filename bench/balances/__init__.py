"""The balances that `bench weigh` speaks to: a name each, and what it takes to know of a maker's
protocol.
"""

from bench.balances import a_and_d, mt_sics, ohaus, sbi

PROTOCOLS = {module.PROTOCOL.name: module.PROTOCOL for module in (mt_sics, sbi, a_and_d, ohaus)}
