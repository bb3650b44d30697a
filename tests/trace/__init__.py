"""Trace: which test holds which requirement, hazard and recall."""
