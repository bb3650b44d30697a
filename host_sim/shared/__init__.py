"""What the programs on the host have in common: quantities, readers of tables, output folders, the
look of a page. CPython only.
"""
