"""Campaigns: many simulated pumps, each drawn by its number, and one row of each. CPython only."""
