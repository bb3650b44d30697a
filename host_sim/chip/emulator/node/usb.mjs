// The far end of the USB cable: a host that opens the chip's serial port. It sends a packet only
// when there is one: rp2040js answers each empty poll with an empty packet at once, which costs the
// CPU more than half its time.
import { USBCDC } from 'rp2040js';

const PACKET = 64;
const PACKET_NANOS = 52_600; // 19 bulk packets in a frame of 1 ms [USB 2.0 5.8.4]

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

  #pump() {
    if (!this.wanted || !this.waiting.length) return;
    const packet = Uint8Array.from(this.waiting.splice(0, Math.min(this.wanted, PACKET)));
    this.wanted = 0;
    this.usb.endpointReadDone(this.cdc.outEndpoint, packet);
  }
}
