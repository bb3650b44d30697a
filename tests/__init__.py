"""Tests: unit, contract, story, scenario, shape, mutation. Every test name is a sentence."""
