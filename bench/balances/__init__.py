"""The balances that `bench weigh` speaks to: each maker's protocol by its name. CPython only."""

from bench.balances import a_and_d, mt_sics, ohaus, sbi

PROTOCOLS = {module.PROTOCOL.name: module.PROTOCOL for module in (mt_sics, sbi, a_and_d, ohaus)}
