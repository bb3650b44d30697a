// What is still needed of parts that mpconfig.h leaves out.

#include "py/obj.h"

// MicroPython has the CRC-32 in its module deflate only. The name: for binascii, which is compiled as
// if deflate were there, while names are gathered as if it were not.
#include "lib/uzlib/crc32.c"
enum { NAMED = MP_QSTR_crc32 };

// The port's main() calls these in any case.
void machine_i2s_init0(void) {
}
void machine_i2s_deinit_all(void) {
}

// What help() prints, instead of a tour of the RP2040.
const char clepsydra_help_text[] =
    "This is a Clepsydra pump at its console: it does not infuse.\n"
    "machine.reset() starts it again. Its configuration is /config.json.\n"
    "help('modules') lists the modules.\n";
