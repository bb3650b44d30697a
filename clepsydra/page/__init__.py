"""The programmer as a page in a browser: plain forms, no build step, works without script. Needs the
extra `page`. CPython only.
"""
