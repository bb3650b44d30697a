"""Which part hangs on which pins of a board, and what has to be bought. CPython only.

    for device in devices(board): device.name, device.wires
    for count, part, why in parts(board): ...

The parts are those that the board file names; how they are wired is their usual wiring. Nobody has
built it from this.
"""

from typing import NamedTuple

from clepsydra.wiring.board_file import BoardFile, Pin

WARNING = "NEVER BUILT BY US"
CAUTION = (
    "Drawn from the board file and the usual wiring of its parts. Check each wire against the "
    "datasheets before anything is switched on. Bench only."
)
GND, V3 = "GND", "3V3"
MOTOR_SUPPLY = "motor supply"

DRIVERS = {"tmc2209": "TMC2209 driver module"}
ENCODERS = {"as5600": "AS5600 rotor encoder"}
MEMORIES = {"mb85rs2mta": "MB85RS2MTA FRAM"}
# Inputs: what closes, in words
SWITCHES = {
    "level_low": "level switch of the reservoir",
    "occlusion": "line pressure switch",
    "door": "switch at the head's door",
    "plunger": "plunger switch",
    "patient_button": "patient's button",
    "quiet": "button that pauses the sound",
    "stop": "stop button",
    "service": "service switch, out of reach",
}
_DRIVER = (
    ("step", "STEP"),
    ("step_sense", "STEP"),
    ("direction", "DIR"),
    ("enable", "EN"),
    ("driver_uart_tx", "PDN_UART, by 1 kOhm"),
    ("driver_uart_rx", "PDN_UART"),
    ("driver_diag", "DIAG"),
)
_FRAM = (
    ("fram_select", "CS"),
    ("fram_sck", "SCK"),
    ("fram_mosi", "SI"),
    ("fram_miso", "SO"),
)


class Wire(NamedTuple):
    """From a pin of the board to a terminal of a part."""

    key: str
    pin: Pin
    terminal: str


class Device(NamedTuple):
    """rails: (terminal, rail) of what needs no pin; note: what else is to be known."""

    name: str
    wires: list[Wire]
    rails: list[tuple[str, str]]
    note: str = ""


def devices(board: BoardFile) -> list[Device]:
    """All that hangs on the board."""
    raw, pins = board.raw, board.pins
    driver = raw["driver"]
    found = [
        Device(
            DRIVERS.get(driver["part"], driver["part"]),
            _wires(board, _DRIVER),
            [("VIO", V3), ("GND", GND), ("VM", MOTOR_SUPPLY), ("EN", f"{V3} by 10 kOhm")],
            f"{driver['microsteps']} microsteps, {driver['run_ma']} mA; coils A and B to the motor",
        )
    ]
    if "encoder" in raw:
        part = raw["encoder"]["part"]
        terminals = (("encoder_sda", "SDA"), ("encoder_scl", "SCL"))
        rails = [("VCC", V3), ("GND", GND), ("DIR", GND)]
        note = "4.7 kOhm from SDA and SCL to 3V3, if it has none"
        found.append(Device(ENCODERS.get(part, part), _wires(board, terminals), rails, note))
    if "fram" in raw:
        part = raw["fram"]["part"]
        rails = [("VDD", V3), ("VSS", GND), ("WP, HOLD", V3)]
        found.append(Device(MEMORIES.get(part, part), _wires(board, _FRAM), rails))
    found += [_switch(key, pins[key]) for key in SWITCHES if key in pins]
    found.append(_one(board, "sounder", "piezo without electronics", "one side"))
    found.append(_one(board, "lamp", "LED with 1 kOhm", "anode side"))
    if "supply_sense" in pins:
        divider = raw["supply"]["divider"]
        found.append(_one(board, "supply_sense", f"divider of the supply, 1 : {divider}", "tap"))
    return found


def parts(board: BoardFile) -> list[tuple[int, str, str]]:
    """(how many, what, why) to be bought; what is on the board already is none."""
    raw = board.raw
    driver = raw["driver"]
    found = [
        (1, board.title.rstrip("."), "the board"),
        (1, DRIVERS.get(driver["part"], driver["part"]), "drives the motor, watched by its UART"),
        (1, f"bipolar stepper motor, {driver['run_ma']} mA a coil or more", "turns the head"),
        (1, "pump head and its tubing", "not stated by the board file"),
        (1, "supply for the motor, 100 uF at VM", "as driver and motor allow"),
        (1, "resistor 1 kOhm", "in the driver's UART"),
        (1, "resistor 10 kOhm", "holds EN off while the chip is in reset"),
    ]
    if "encoder" in raw:
        part = raw["encoder"]["part"]
        found.append((1, f"{ENCODERS.get(part, part)} with its magnet", "sees the rotor turn"))
        found.append((2, "resistor 4.7 kOhm", "at SDA and SCL, where the encoder has none"))
    if "fram" in raw:
        part = raw["fram"]["part"]
        found.append((1, MEMORIES.get(part, part), "keeps the books"))
    found += [(1, SWITCHES[key], f"pins.{key}") for key in SWITCHES if key in board.pins]
    for key, what in (
        ("sounder", "piezo without electronics"),
        ("lamp", "LED and resistor 1 kOhm"),
    ):
        if not board.pins[key].on_board:
            found.append((1, what, f"pins.{key}"))
    return found


def _wires(board: BoardFile, terminals: tuple[tuple[str, str], ...]) -> list[Wire]:
    return [Wire(key, board.pins[key], name) for key, name in terminals if key in board.pins]


def _switch(key: str, pin: Pin) -> Device:
    rail = GND if pin.pull_up or pin.active_low else V3
    closed = pin.active_low if rail == GND else not pin.active_low
    note = "active when closed" if closed else "active when open"
    return Device(SWITCHES[key], [Wire(key, pin, "one side")], [("other side", rail)], note)


def _one(board: BoardFile, key: str, name: str, terminal: str) -> Device:
    pin = board.pins[key]
    if pin.on_board:
        return Device(f"on the board: {key}", [Wire(key, pin, "no wire")], [], pin.remark)
    return Device(name, [Wire(key, pin, terminal)], [("other side", GND)], pin.remark)
