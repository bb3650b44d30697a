"""Rigs: pumps, boards, runs and weighings made for tests."""
