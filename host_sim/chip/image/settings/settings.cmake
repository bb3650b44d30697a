
# How our images build MicroPython otherwise than its own board does: at the end of
# mpconfigboard.cmake. CLEPSYDRA_INTERPRETER is the folder of this file.
list(APPEND MICROPY_SOURCE_BOARD
    ${CLEPSYDRA_INTERPRETER}/frozen.c
    ${CLEPSYDRA_INTERPRETER}/left_out.c
    ${CLEPSYDRA_INTERPRETER}/lookup.c
)
list(APPEND MICROPY_DEF_BOARD
    PICO_DIVIDER_IN_RAM=1
    MP_CONFIGFILE="${CLEPSYDRA_INTERPRETER}/mpconfig.h"
)
set_source_files_properties(
    ${CLEPSYDRA_INTERPRETER}/lookup.c
    PROPERTIES COMPILE_OPTIONS "-O2"
)
set_source_files_properties(
    ${MICROPY_DIR}/extmod/modbinascii.c
    PROPERTIES COMPILE_DEFINITIONS CLEPSYDRA_CRC32
)
# The port compiles it in any case, and it does not compile without its setting.
set_source_files_properties(machine_spi.c PROPERTIES HEADER_FILE_ONLY TRUE)
add_link_options(-Wl,--wrap=mp_obj_new_module -Wl,--wrap=mp_obj_new_fun_bc)
