// MicroPython's unix port with the numbers of a board: small integers of 31 bits, ticks that wrap at
// 2**30, single floats. The 32 bits come from the compiler.
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#include "variants/mpconfigvariant_common.h"
