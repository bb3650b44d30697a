"""A pump behind the protocol of New Era syringe pumps, for the clients that labs already have
(docs/new_era.md). CPython only.
"""
