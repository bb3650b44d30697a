"""A walk of every interleaving of what a person does to a pump and what befalls it (CPython only).

scenes.py: where a walk begins, and what there is to do; doing.py: does it; model.py: what an
independent model knows of the pump, and judges; tree.py: walks the tree; __main__.py: all of it.
"""
