"""Espressif ESP32-S3-DevKitC-1 on a carrier with TMC2209, AS5600 rotor encoder, piezo, level and
line pressure switch.
"""

BOARD = {
    "name": "esp32_s3_devkitc",
    "chip": "esp32s3",
    "backend": "esp32",
    "pins": {
        "step": 4,
        # Wired to step on the carrier: the counter makes its own pin an input [MicroPython, PCNT]
        "step_sense": 5,
        "direction": "!6",  # active turns backwards: high is forward
        # ! = active low. The carrier pulls it up: a pad floats while the chip is in reset
        "enable": "!7",
        "driver_uart_tx": 17,
        "driver_uart_rx": 18,
        "driver_diag": 16,
        "encoder_sda": 8,
        "encoder_scl": 9,
        "sounder": 15,
        "lamp": 13,  # a plain LED: the one on the DevKit is an RGB chip
        "level_low": "^!10",  # ^ = pull-up
        "patient_button": "^!11",
        "quiet": "^!21",  # pauses the sound
        "stop": "^!47",
        "service": "^!14",  # held at power-up: the console
        "occlusion": "^!12",
    },
    # What the DevKit uses for itself and the carrier cannot have [DevKitC 1.1, header J1 and J3]
    "reserved_pins": {
        19: "USB",
        20: "USB",
        35: "PSRAM of the R8 modules",
        36: "PSRAM of the R8 modules",
        37: "PSRAM of the R8 modules",
        38: "RGB LED of v1.1",
        43: "USB-to-UART bridge",
        44: "USB-to-UART bridge",
        48: "RGB LED of v1.0",
    },
    "driver": {
        "part": "tmc2209",
        "microsteps": 16,
        "run_ma": 400,
        "hold_ma": 120,
        "sense_mohm": 110,
    },
    "encoder": {"part": "as5600", "counts_per_rev": 4096},  # 12 bit [AS5600 1]
    "tick_hz": 1_000_000,  # the RMT counts 15 bits: 1 us ticks reach 4 s between pulses
    "limits": {
        "max_step_hz": 5_000,
        "max_pulse_error_us": 10_000,
        # Microsteps/s a loaded NEMA 17 starts at without a ramp: 0.3 rev/s, far below its pull-in
        # curve
        "start_hz": 1000,
        "least_micropython": "1.27",  # RMT.loop_count; PCNT came with 1.26
    },
    "notes": [
        "[DevKitC] ESP32-S3-DevKitC-1 user guide, Espressif Systems",
        "[AS5600] AS5600 datasheet, ams OSRAM",
        "max_pulse_error_us is a garbage collection at a seam between two bursts: every 1023",
        "pulses, and at each change of rate; within a burst pulses are on their microsecond.",
        "Reckoned, not measured. A flash write at a seam adds some 80 ms",
        "take a module without PSRAM: its heap is slow to collect",
        "run_ma and hold_ma suit a 0.4 A head motor; hold_ma keeps a peristaltic head shut",
    ],
}
