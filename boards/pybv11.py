"""PYBv1.1 on a carrier with TMC2209, AS5600 rotor encoder, piezo, level and pressure switch, and an
FRAM for what has to outlast a loss of power.
"""

BOARD = {
    "name": "pybv11",
    "chip": "stm32f405",
    "backend": "stm32",
    "pins": {
        "step": "A0",  # X1, TIM2_CH1
        # Y1, TIM8_CH1: wired to step on the carrier, counts what is on the wire
        "step_sense": "C6",
        "direction": "!A1",  # X2; active turns backwards: high is forward
        # X5; ! = active low. The carrier pulls it up: a pad floats while the chip is in reset
        "enable": "!A4",
        "driver_uart_tx": "A2",  # X3, UART 2
        "driver_uart_rx": "A3",  # X4
        "driver_diag": "A5",  # X6
        "encoder_sda": "B11",  # Y10, I2C 2
        "encoder_scl": "B10",  # Y9
        "sounder": "A6",  # X7, TIM3_CH1
        "lamp": "A14",  # the green LED of the pyboard itself
        "level_low": "^!B8",  # Y3; ^ = pull-up
        "patient_button": "^!B9",  # Y4
        "quiet": "^!C7",  # Y2; pauses the sound
        "stop": "^!B1",  # Y12
        "service": "^!B0",  # Y11; held at power-up: the console
        "occlusion": "^!B12",  # Y5
        "fram_select": "C4",  # X11
        "fram_sck": "B13",  # Y6, SPI 2
        "fram_mosi": "B15",  # Y8
        "fram_miso": "B14",  # Y7
    },
    # What the pyboard uses for itself and the carrier cannot have
    # [ports/stm32/boards/PYBV11/pins.csv, mpconfigboard.h]
    "reserved_pins": {
        "A8": "SD card detect",
        "A9": "USB VBUS",
        "A10": "USB ID",
        "A11": "USB D-",
        "A12": "USB D+",
        "A13": "red LED",
        "A15": "yellow LED",
        "B2": "accelerometer interrupt",
        "B3": "switch",
        "B4": "blue LED",
        "B5": "accelerometer supply",
        "B6": "accelerometer SCL",
        "B7": "accelerometer SDA",
        "C8": "SD card",
        "C9": "SD card",
        "C10": "SD card",
        "C11": "SD card",
        "C12": "SD card",
        "D2": "SD card",
    },
    "driver": {
        "part": "tmc2209",
        "microsteps": 16,
        "run_ma": 400,
        "hold_ma": 120,
        "sense_mohm": 110,
    },
    "encoder": {"part": "as5600", "counts_per_rev": 4096},  # 12 bit [AS5600 1]
    # 64 sectors of 4 KB; the events take what the journal leaves
    "fram": {"part": "mb85rs2mta", "journal_sectors": 32},
    # The clock of TIM2 at the pyboard's usual 168 MHz [docs/library/pyb.Timer.rst]
    "tick_hz": 84_000_000,
    "limits": {
        "max_step_hz": 20_000,
        "max_pulse_error_us": 5_000,
        # Microsteps/s a loaded NEMA 17 starts at without a ramp: 0.3 rev/s, far below its pull-in
        # curve
        "start_hz": 1000,
        "least_micropython": "1.28",  # machine.PWM
    },
    "notes": [
        "[AS5600] AS5600 datasheet, ams OSRAM: magnetic position sensor, I2C address 0x36",
        "[MB85RS2MTA] FRAM of 256 KB at an SPI, Fujitsu Semiconductor. On a carrier without one,",
        "leave out the section fram and its four pins: the pump then forgets when power goes",
        "max_pulse_error_us is a garbage collection at a seam between two bursts, as far as it is",
        "longer than the step interval; below 100 Hz a seam costs what the way from the clock to",
        "the timers varies, some 20 us. Reckoned, not measured. A flash write comes on top,",
        "0.5 s for a sector of 16 KB",
        "128 KB of RAM: freeze the modules into the image",
        "the file system must be littlefs: os.umount('/flash');",
        "os.VfsLfs2.mkfs(pyb.Flash(start=0)); machine.reset()",
        "do not dim LED(3), it would take TIM2; the watchdog's clock is 17 to 47 kHz, so it bites",
        "after 5.7 to 15.8 s [STM32F405 datasheet, LSI]",
        "run_ma and hold_ma suit a 0.4 A head motor; hold_ma keeps a peristaltic head shut",
    ],
}
