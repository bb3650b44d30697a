"""What the board checker knows of each chip: clocks, limits, and which pin can do what (CPython
only).

backend: the module in hal/; arch: what mpy-cross calls its CPU
tick_hz: of its step engine; max_step_hz, least_micropython: what the backend can do and needs
pins: all there are; reserved: those that no carrier may use, with the reason
only: function: the pins that can do it; uart, i2c: (TX, RX) and (SDA, SCL) of one peripheral, None
    where any two do
spi: (SCK, MOSI, MISO) of one SPI, for an FRAM; empty where the backend drives none
storage_sectors: of 4 KB, that MicroPython leaves beside itself in the flash; 0 where our image does
    not divide them
sense: does it count on a pin of its own, wired to step; lines: do inputs with one number share an
    interrupt
"""

from collections.abc import Iterable
from typing import Any

Chip = dict[str, Any]  # a row of CHIPS


def uart_pairs(pins: Iterable[int]) -> set[tuple[int, int]]:
    """(TX, RX) of one UART of the RP2040 and RP2350 [RP2040 1.4.3, RP2350 1.2.3]."""
    return {
        (tx, rx)
        for tx in pins
        for rx in pins
        if tx % 4 == 0 and rx % 4 == 1 and (tx + 4) // 8 % 2 == (rx + 4) // 8 % 2
    }


def i2c_pairs(pins: Iterable[int]) -> set[tuple[int, int]]:
    """(SDA, SCL) of one I2C of the RP2040 and RP2350."""
    return {(sda, scl) for sda in pins for scl in pins if sda % 2 == 0 and scl % 4 == sda % 4 + 1}


RP2_PINS = range(30)
RP2 = {
    "backend": "rp2",
    "max_step_hz": 1_000_000,
    "least_micropython": "1.25",
    "pins": RP2_PINS,
    "reserved": {},
    "only": {"supply_sense": range(26, 30)},  # an ADC
    "uart": uart_pairs(RP2_PINS),
    "i2c": i2c_pairs(RP2_PINS),
    "spi": set(),
    "sense": False,
    "lines": False,
}
STRAPPING = "a strapping pin: what hangs on it decides how the chip boots"
FLASH = "the flash inside the module"
CHIPS: dict[str, Chip] = {
    "rp2040": {
        **RP2,
        "arch": "armv6m",
        "tick_hz": 125_000_000,
        "storage_sectors": 352,  # [ports/rp2/boards/RPI_PICO/mpconfigboard.h]
    },
    "rp2350": {  # the 60-pin RP2350A of a Pico 2
        **RP2,
        "arch": "armv7emsp",
        "tick_hz": 150_000_000,
        "storage_sectors": 768,  # [ports/rp2/boards/RPI_PICO2/mpconfigboard.h]
    },
    "esp32s3": {
        "backend": "esp32",
        "arch": "xtensawin",
        "tick_hz": 1_000_000,  # hal/esp32_pulses.py
        "max_step_hz": 5_000,
        "least_micropython": "1.27",
        "pins": (*range(22), *range(26, 49)),  # [ESP32-S3 datasheet 2.2]
        "reserved": {
            **dict.fromkeys((0, 3, 45, 46), STRAPPING),  # [ESP32-S3 datasheet 3]
            **dict.fromkeys((19, 20), "USB"),
            **dict.fromkeys(range(26, 33), FLASH),
        },
        "only": {"supply_sense": range(1, 11)},  # ADC 1
        "uart": None,
        "i2c": None,
        "spi": set(),
        "storage_sectors": 0,
        "sense": True,
        "lines": False,
    },
    "stm32f405": {
        "backend": "stm32",
        "arch": "armv7emsp",
        "tick_hz": 84_000_000,  # hal/stm32_pulses.py
        "max_step_hz": 20_000,
        "least_micropython": "1.28",
        "pins": tuple(
            f"{port}{number}" for port in "ABCD" for number in range(16)
        ),  # of the 64-pin package, and D3 to D15 of larger ones
        "reserved": {},
        "only": {  # [ports/stm32/boards/stm32f405_af.csv]
            "step": ("A0", "A5", "A15"),  # TIM2_CH1
            "step_sense": ("C6",),  # TIM8_CH1
            "sounder": (
                "A1",
                "A2",
                "A3",
                "A6",
                "A7",
                "B0",
                "B1",
                "B8",
                "B9",
                "B14",
                "B15",
            ),  # machine.PWM, by a timer that no pulse needs
            "supply_sense": (
                *(f"A{number}" for number in range(8)),
                "B0",
                "B1",
                *(f"C{number}" for number in range(6)),
            ),
        },
        "uart": {("B6", "B7"), ("A2", "A3"), ("B10", "B11"), ("A0", "A1"), ("C6", "C7")},
        "i2c": {("B7", "B6"), ("B11", "B10")},
        "spi": {("A5", "A7", "A6"), ("B13", "B15", "B14")},
        "storage_sectors": 0,
        "sense": True,
        "lines": True,  # [RM0090 12.2.5]
    },
}
