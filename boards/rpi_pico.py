"""Raspberry Pi Pico on the reference carrier: TMC2209, AS5600 rotor encoder, piezo, level and line
pressure switch.
"""

BOARD = {
    "name": "rpi_pico",
    "chip": "rp2040",
    "backend": "rp2",
    "pins": {
        "step": 2,
        "direction": "!3",  # active turns backwards: high is forward
        # ! = active low. The carrier pulls it up: a pad floats while the chip is in reset
        "enable": "!4",
        "driver_uart_tx": 8,
        "driver_uart_rx": 9,
        "driver_diag": 10,
        "encoder_sda": 12,
        "encoder_scl": 13,
        "sounder": 15,
        "lamp": 25,  # the green LED of the Pico itself [Pico 2.1]
        "level_low": "^!16",  # ^ = pull-up
        "patient_button": "^!17",
        "quiet": "^!19",  # pauses the sound
        "stop": "^!20",
        "service": "^!22",  # held at power-up: the console
        "occlusion": "^!18",  # line pressure switch, closes above its threshold
        "supply_sense": 29,  # the Pico's own divider, VSYS / 3 [Pico 2.1]
    },
    # What the Pico uses for itself and the carrier cannot have [Pico 2.1]
    "reserved_pins": {23: "power save of the Pico's regulator", 24: "VBUS sense of the Pico"},
    "driver": {
        "part": "tmc2209",
        "microsteps": 16,
        "run_ma": 400,
        "hold_ma": 120,
        "sense_mohm": 110,
    },
    "encoder": {"part": "as5600", "counts_per_rev": 4096},  # 12 bit [AS5600 1]
    "supply": {
        "full_mv": 3300,
        "divider": 3,
    },  # the ADC's reference is the 3.3 V rail; VSYS / 3 is what it sees [Pico 2.1]
    # Sectors of 4 KB, in this order, of the 1408 KB that MicroPython leaves: files, events, journal
    "flash": {"store_sectors": 192, "event_sectors": 128, "journal_sectors": 32},
    # The system clock MicroPython sets; PIO divider 1, so 8 ns [RP2040 3.5.5]
    "tick_hz": 125_000_000,
    "limits": {
        "max_step_hz": 20_000,
        # 1000 pulses at I and I + 1 ticks of 8 ns are at most 250 ticks from their exact instants
        "max_pulse_error_us": 2,
        # Microsteps/s a loaded NEMA 17 starts at without a ramp: 0.3 rev/s, far below its pull-in
        # curve
        "start_hz": 1000,
        # PIO memory that a soft reset leaks is given back from there on
        "least_micropython": "1.25",
    },
    "notes": [
        "[Pico] Raspberry Pi Pico datasheet, [RP2040] RP2040 datasheet, both Raspberry Pi Ltd",
        "[AS5600] AS5600 datasheet, ams OSRAM: magnetic position sensor, I2C address 0x36",
        "sense_mohm is that of the usual TMC2209 module",
        "run_ma and hold_ma suit a 0.4 A head motor; hold_ma keeps a peristaltic head shut",
    ],
}
