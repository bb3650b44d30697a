// The port's settings, without what a pump does not use and a host does not need at the console.
// docs/decisions/0175-an-interpreter-for-one-pump.md has what they take. The port sets these itself,
// so that the board's header comes too early.

#include "mpconfigport.h"

#undef MICROPY_VFS_FAT
#define MICROPY_VFS_FAT (0) // the store is littlefs
#undef MICROPY_PY_CRYPTOLIB
#define MICROPY_PY_CRYPTOLIB (0)
#undef MICROPY_PY_ONEWIRE
#define MICROPY_PY_ONEWIRE (0)
