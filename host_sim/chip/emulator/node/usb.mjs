// The far end of the USB cable: a host that opens the chip's serial port. It sends a packet only
// when there is one: rp2040js answers each empty poll with an empty packet at once, which costs the
// CPU more than half its time.
import { USBCDC } from 'rp2040js';

const PACKET = 64;
const PACKET_NANOS = 52_600; // 19 bulk packets in a frame of 1 ms [USB 2.0 5.8.4]
const FRAME_NANOS = 1_000_000; // a frame begins with a packet that says so [USB 2.0 5.3.3]
const SOF_RD = 0x48, DEV_SOF = 1 << 17; // [RP2040 4.1.4]

export class UsbHost {
  // onData(bytes): the chip has sent a packet. `listening`: takes what the chip sends; else the
  // chip's buffer stays full
  constructor(mcu, onData) {
    this.waiting = []; // bytes for the chip
    this.listening = true;
    this.open = false;
    this.wanted = 0; // bytes that the chip is ready to take
    this.held = []; // what to do about a packet of the chip's when somebody takes it
    const { usbCtrl } = mcu, cdc = new USBCDC(usbCtrl), ready = usbCtrl.indicateBufferReady.bind(usbCtrl);
    this.usb = usbCtrl;
    this.cdc = cdc;
    usbCtrl.readDelayMicroseconds = usbCtrl.writeDelayMicroseconds = PACKET_NANOS / 1000;
    const taken = mcu.clock.createAlarm(() => ready(cdc.inEndpoint, false));
    usbCtrl.indicateBufferReady = (endpoint, out) => {
      if (out || endpoint === 0 || endpoint !== cdc.inEndpoint) ready(endpoint, out);
      else if (this.listening) taken.schedule(PACKET_NANOS);
      else this.held.push(() => taken.schedule(PACKET_NANOS));
    };
    cdc.onDeviceConnected = () => (this.open = true);
    cdc.onSerialData = (bytes) => (this.listening ? onData(bytes) : this.held.unshift(() => onData(bytes)));
    this.#countFrames(mcu);
    usbCtrl.onEndpointRead = (endpoint, size) => {
      if (endpoint !== cdc.outEndpoint) return;
      this.wanted = size;
      this.#pump();
    };
  }

  send(bytes) {
    for (const byte of bytes) this.waiting.push(byte);
    this.#pump();
  }

  listen(on) {
    this.listening = on;
    if (on) this.held.splice(0).forEach((take) => take());
  }

  // While the chip wants to hear of frames it is told: MicroPython sends what it has said before the
  // port was open once so many have passed.
  #countFrames({ clock, usbCtrl }) {
    let running = false;
    const wanted = () => (usbCtrl.intEnable & DEV_SOF) !== 0;
    const frame = clock.createAlarm(() => {
      running = wanted();
      usbCtrl.sofFrameNumber = (usbCtrl.sofFrameNumber + 1) & 0x7ff;
      usbCtrl.intRaw |= DEV_SOF;
      usbCtrl.checkInterrupts();
      if (running) frame.schedule(FRAME_NANOS);
    });
    const read = usbCtrl.readUint32.bind(usbCtrl), write = usbCtrl.writeUint32.bind(usbCtrl);
    usbCtrl.readUint32 = (offset) => {
      if (offset === SOF_RD) {
        usbCtrl.intRaw &= ~DEV_SOF;
        usbCtrl.checkInterrupts();
      }
      return read(offset);
    };
    usbCtrl.writeUint32 = (offset, value) => {
      write(offset, value);
      if (running || !wanted()) return;
      running = true;
      frame.schedule(FRAME_NANOS);
    };
  }

  #pump() {
    if (!this.wanted || !this.waiting.length) return;
    const packet = Uint8Array.from(this.waiting.splice(0, Math.min(this.wanted, PACKET)));
    this.wanted = 0;
    this.usb.endpointReadDone(this.cdc.outEndpoint, packet);
  }
}
