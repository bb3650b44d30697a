// The port's settings, without what a pump does not use and a host does not need at the console.
// docs/decisions/0175-an-interpreter-for-one-pump.md and 0178 have what they take. The port sets
// these itself, so that the board's header comes too early; what it leaves to MicroPython's own
// defaults stands in settings.h.

#include "mpconfigport.h"

#undef MICROPY_VFS_FAT
#define MICROPY_VFS_FAT (0) // the store is littlefs
#undef MICROPY_PY_CRYPTOLIB
#define MICROPY_PY_CRYPTOLIB (0)
#undef MICROPY_PY_HASHLIB_SHA1
#define MICROPY_PY_HASHLIB_SHA1 (0) // digests are SHA-256
#undef MICROPY_PY_ONEWIRE
#define MICROPY_PY_ONEWIRE (0)

// Python that is compiled to machine code: the pump is bytecode, in the image and at the console.
#undef MICROPY_EMIT_THUMB
#define MICROPY_EMIT_THUMB (0)
#undef MICROPY_EMIT_INLINE_THUMB
#define MICROPY_EMIT_INLINE_THUMB (0)
#undef MICROPY_EMIT_RV32
#define MICROPY_EMIT_RV32 (0)
#undef MICROPY_EMIT_INLINE_RV32
#define MICROPY_EMIT_INLINE_RV32 (0)

// Devices that no board of ours has on its pins
#undef MICROPY_PY_MACHINE_I2S
#define MICROPY_PY_MACHINE_I2S (0)
#undef MICROPY_PY_MACHINE_SPI
#define MICROPY_PY_MACHINE_SPI (0)
#undef MICROPY_PY_MACHINE_SOFTSPI
#define MICROPY_PY_MACHINE_SOFTSPI (0)
#undef MICROPY_PY_MACHINE_BITSTREAM
#define MICROPY_PY_MACHINE_BITSTREAM (0)
#undef MICROPY_PY_MACHINE_DHT_READINTO
#define MICROPY_PY_MACHINE_DHT_READINTO (0)
#undef MICROPY_PY_MACHINE_PULSE
#define MICROPY_PY_MACHINE_PULSE (0)

// deflate goes, but binascii has no crc32 without it: settings.cmake says this of binascii alone.
#ifdef CLEPSYDRA_CRC32
#define MICROPY_PY_DEFLATE (1)
#else
#define MICROPY_PY_DEFLATE (0)
#endif

#undef MICROPY_PY_BUILTINS_HELP_TEXT
#define MICROPY_PY_BUILTINS_HELP_TEXT clepsydra_help_text
