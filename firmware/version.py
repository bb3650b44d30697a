"""Which firmware this is.

The version is written here and in pyproject.toml; a test holds the two together. Commit and dirty
flag are in no tracked file: who builds the image, puts the files on a board or starts a simulated
pump hands them over as a Build.
"""

from collections import namedtuple

VERSION = (0, 2, 0)  # major, minor, patch; minor and patch stay below 100
TEXT = "%d.%d.%d" % VERSION
NUMBER = VERSION[0] * 10_000 + VERSION[1] * 100 + VERSION[2]  # 0.2.0 is 200
PROTOCOL = 1  # of the link: frames, commands, events

# board: name of its file, or None; commit: short hash, or "unknown"; dirty: 1 if the files differ
# from that commit, 0 if not, None if that is unknown; image: whether the image that runs is whole,
# None if it was not checked
Build = namedtuple("Build", ("board", "commit", "dirty", "image"))
UNKNOWN = Build(None, "unknown", None, None)
