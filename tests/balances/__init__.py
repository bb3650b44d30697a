"""Balances on a pseudo-terminal: simulators written by others in a process of their own, and a
cable that can be pulled out.
"""
