"""A balance on a serial device, until its input ends: one that somebody else wrote, or ours where
there is none.

    python -m tests.balances.serve mt-sics-emulator DEVICE
    python -m tests.balances.serve labmcp-mettler-toledo DEVICE
    python -m tests.balances.serve labmcp-sartorius DEVICE
    python -m tests.balances.serve a-and-d DEVICE           (and ohaus: bench/rehearse/replies.py)

Each line of its input is a load in g that is put on the pan; "ready" is printed once it listens. Of
ours here is the wire: bytes to the lines that the foreign simulators take, and back. What is
answered, they say.
"""

import asyncio
import sys
import threading

import serial


def loads(put):
    """Hand every load that comes in to `put`, until the input ends."""
    for line in sys.stdin:
        put(float(line))


def serve_mt_sics_emulator(device):
    from mtsics.core.simulator import WeightSimulator
    from mtsics.core.state import ScaleState
    from mtsics.profiles import load
    from mtsics.protocol.engine import MTSICSEngine
    from mtsics.transport.serial import SerialConfig, SerialTransport

    state = ScaleState(config=load("mt-xs204"))
    balance = WeightSimulator(state, seed=1)

    async def main():
        transport = SerialTransport(
            MTSICSEngine(state), simulator=balance, cfg=SerialConfig(port=device)
        )
        await transport.open()
        print("ready", flush=True)
        serving = asyncio.ensure_future(transport.serve_forever())
        await asyncio.get_running_loop().run_in_executor(None, loads, balance.set_target)
        serving.cancel()
        await serving

    asyncio.run(main())


def serve_lines(device, balance, put, parity):
    """A simulator of one line in, lines out; it has no wire of its own."""
    port = serial.Serial(device, 9600, parity=parity)

    def answer():
        while True:
            reply = balance.handle(port.read_until(b"\n").decode("latin-1").rstrip("\r\n"))
            for line in [reply] if isinstance(reply, str) else reply or []:
                port.write(line.encode("latin-1") + b"\r\n")

    threading.Thread(target=answer, daemon=True).start()
    print("ready", flush=True)
    loads(put)


def serve_labmcp_mettler_toledo(device):
    from labmcp_mettler_toledo.simulator import MTSICSSimulator

    balance = MTSICSSimulator(load_g=0.0)
    serve_lines(device, balance, lambda load_g: setattr(balance, "load_g", load_g), "N")


def serve_labmcp_sartorius(device):
    from labmcp_sartorius.simulator import SBISimulator

    balance = SBISimulator(load_g=0.0)
    serve_lines(device, balance, balance.place, "O")


def serve_our_own(name, device):
    from bench.rehearse.replies import SPEAKERS, Shown

    pan, port = [0.0], serial.Serial(device, 9600)

    def answer():
        while True:
            command = port.read_until(b"\n").rstrip(b"\r\n")
            state = "overload" if pan[0] > 220 else "underload" if pan[0] < -1 else "stable"
            port.write(SPEAKERS[name].answer(command, Shown(state, pan[0])))

    threading.Thread(target=answer, daemon=True).start()
    print("ready", flush=True)
    loads(lambda load_g: pan.__setitem__(0, load_g))


OUR_OWN = ("a-and-d", "ohaus")
SERVERS = {
    "mt-sics-emulator": serve_mt_sics_emulator,
    "labmcp-mettler-toledo": serve_labmcp_mettler_toledo,
    "labmcp-sartorius": serve_labmcp_sartorius,
}

if __name__ == "__main__":
    if sys.argv[1] in OUR_OWN:
        serve_our_own(*sys.argv[1:])
    else:
        SERVERS[sys.argv[1]](sys.argv[2])
