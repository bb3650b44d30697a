"""Waveshare RP2040-Zero on a small carrier: TMC2209, AS5600 rotor encoder, piezo, level and line
pressure switch.
"""

BOARD = {
    "name": "waveshare_rp2040_zero",
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
        "lamp": 14,  # a plain LED on the carrier: the Zero's own is an RGB chip
        "level_low": "^!26",  # ^ = pull-up
        "patient_button": "^!27",
        "quiet": "^!5",  # pauses the sound
        "stop": "^!6",
        "service": "^!7",  # held at power-up: the console
        "occlusion": "^!28",  # line pressure switch, closes above its threshold
    },
    # What the Zero uses for itself and the carrier cannot have [Zero]
    "reserved_pins": {16: "RGB LED of the Zero"},
    "driver": {
        "part": "tmc2209",
        "microsteps": 16,
        "run_ma": 400,
        "hold_ma": 120,
        "sense_mohm": 110,
    },
    "encoder": {"part": "as5600", "counts_per_rev": 4096},  # 12 bit [AS5600 1]
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
        "[Zero] schematic of the RP2040-Zero, Waveshare",
        "[RP2040] RP2040 datasheet, Raspberry Pi Ltd",
        "[AS5600] AS5600 datasheet, ams OSRAM: magnetic position sensor, I2C address 0x36",
        "no divider from the supply to an ADC: supply alarms need one on the carrier, and the",
        "section supply here",
        "sense_mohm is that of the usual TMC2209 module",
        "run_ma and hold_ma suit a 0.4 A head motor; hold_ma keeps a peristaltic head shut",
    ],
}
