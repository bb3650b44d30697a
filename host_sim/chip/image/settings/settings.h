
// How our images set MicroPython otherwise than its own board does: at the end of mpconfigboard.h.
// docs/decisions/0175-an-interpreter-for-one-pump.md has what each gives.

// The pump is one program on one core.
#define MICROPY_PY_THREAD (0)

// Names are looked up by lookup.c, and by MicroPython's own function only where that leaves it.
#define MICROPY_OPT_MAP_LOOKUP_CACHE (0)
#define MICROPY_WRAP_MP_MAP_LOOKUP(name) name##_by_hash

// A pump has no screen, reckons in whole numbers, and is one USB device.
#define MICROPY_PY_FRAMEBUF (0)
#define MICROPY_PY_MATH (0)
#define MICROPY_PY_CMATH (0)
#define MICROPY_PY_BUILTINS_COMPLEX (0)
#define MICROPY_PY_RANDOM (0) // chance is os.urandom
#define MICROPY_PY_RE (0)
#define MICROPY_PY_HEAPQ (0)
#define MICROPY_PY_COLLECTIONS_DEQUE (0)
#define MICROPY_PY_MICROPYTHON_RINGIO (0)
#define MICROPY_PY_ASYNCIO (0)
#define MICROPY_PY_MACHINE_SIGNAL (0)
#define MICROPY_HW_ENABLE_USB_RUNTIME_DEVICE (0)
