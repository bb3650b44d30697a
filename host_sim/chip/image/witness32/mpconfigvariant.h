// MicroPython's unix port with the numbers of a board: small integers of 31 bits, ticks that wrap at
// 2**30, single floats. The 32 bits come from the compiler.
#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
// The port allows 40 KB of stack. A story imports the pump from sources, module within module, and
// each is compiled: with this margin below zero it has 80 KB. A board's modules are frozen.
#define MICROPY_STACK_CHECK_MARGIN (-40000)
#include "variants/mpconfigvariant_common.h"
