"""The programmer as a page in a browser: plain forms, no build step, works without script. It needs
the extra `page`. CPython only.
"""
