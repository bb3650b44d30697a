
// How our images set MicroPython otherwise than its own board does: at the end of mpconfigboard.h.
// docs/decisions/0175-an-interpreter-for-one-pump.md has what each gives.

// The pump is one program on one core.
#define MICROPY_PY_THREAD (0)

// Names are looked up by lookup.c, and by MicroPython's own function only where that leaves it.
#define MICROPY_OPT_MAP_LOOKUP_CACHE (0)
#define MICROPY_WRAP_MP_MAP_LOOKUP(name) name##_by_hash

// A pump has no screen. (deflate stays: the CRC of the image is its.)
#define MICROPY_PY_FRAMEBUF (0)
