// A UART that takes the time of its bits. rp2040js sends bytes at once and leaves its transmit
// interrupt pending for ever, so that MicroPython's interrupt-driven write never ends. Registers:
// PL011 [RP2040 4.2.8].
import { BasePeripheral, FIFO } from 'rp2040js';

const DEPTH = 32;
const DR = 0x00, RSR = 0x04, FR = 0x18, IBRD = 0x24, FBRD = 0x28, LCR_H = 0x2c, CR = 0x30, IFLS = 0x34, IMSC = 0x38, RIS = 0x3c, MIS = 0x40, ICR = 0x44, DMACR = 0x48;
const FR_BUSY = 1 << 3, FR_RXFE = 1 << 4, FR_TXFF = 1 << 5, FR_RXFF = 1 << 6, FR_TXFE = 1 << 7;
const INT_RX = 1 << 4, INT_TX = 1 << 5, INT_RX_TIMEOUT = 1 << 6, INT_OVERRUN = 1 << 10;
const LEVELS = [4, 8, 16, 24, 28, 28, 28, 28]; // of 32, by IFLS: 1/8, 1/4, 1/2, 3/4, 7/8
const IDLE_BITS = 32; // the receive time-out

export class TimedUart extends BasePeripheral {
  // onIdle(bytes): the line has been quiet for a character after these; it may answer with
  // respond()
  constructor(mcu, index, irq, { echo, onIdle }) {
    super(mcu, `UART${index}`);
    Object.assign(this, { irq, echo, onIdle, plain: { [LCR_H]: 0, [CR]: 0x300, [IFLS]: 0x12, [DMACR]: 0, [IBRD]: 0, [FBRD]: 0, [RSR]: 0 } });
    this.tx = new FIFO(DEPTH);
    this.rx = new FIFO(DEPTH);
    this.sent = [];
    this.coming = []; // bytes on their way to the receiver
    this.busy = false;
    this.mask = 0;
    this.raw = 0;
    const { clock } = mcu;
    this.shifter = clock.createAlarm(() => this.#sent());
    this.idle = clock.createAlarm(() => this.#quiet());
    this.receiver = clock.createAlarm(() => this.#received());
    this.timeout = clock.createAlarm(() => this.#raise(INT_RX_TIMEOUT));
  }

  get bitNanos() {
    const divider = this.plain[IBRD] + this.plain[FBRD] / 64;
    return (divider * 16e9) / this.rp2040.clkPeri;
  }

  get characterNanos() {
    return 10 * this.bitNanos; // start, 8 data, stop
  }

  clkPeriChanged() {} // the bits are reckoned from the clock as it is

  // Bytes from the far end; the first begins after `waitBits`.
  respond(bytes, waitBits) {
    const idle = this.coming.length === 0;
    this.coming.push(...bytes);
    if (idle && bytes.length) this.receiver.schedule(waitBits * this.bitNanos + this.characterNanos);
  }

  readUint32(offset) {
    if (offset === DR) return this.#take();
    if (offset === FR) return this.#flags();
    if (offset === IMSC) return this.mask;
    if (offset === RIS) return this.raw;
    if (offset === MIS) return this.raw & this.mask;
    return this.plain[offset] ?? 0;
  }

  writeUint32(offset, value) {
    if (offset === DR) this.#put(value & 0xff);
    else if (offset === IMSC) this.mask = value & 0x7ff;
    else if (offset === ICR) this.raw &= ~this.rawWriteValue;
    else if (offset in this.plain) this.plain[offset] = value;
    else super.writeUint32(offset, value);
    this.#interrupt();
  }

  #flags() {
    const { tx, rx, busy } = this;
    return (busy ? FR_BUSY : 0) | (rx.empty ? FR_RXFE : 0) | (rx.full ? FR_RXFF : 0) | (tx.full ? FR_TXFF : 0) | (tx.empty ? FR_TXFE : 0);
  }

  #interrupt() {
    this.rp2040.setInterrupt(this.irq, !!(this.raw & this.mask));
  }

  #raise(bit) {
    this.raw |= bit;
    this.#interrupt();
  }

  #put(byte) {
    this.tx.push(byte);
    if (this.tx.itemCount > LEVELS[this.plain[IFLS] & 7]) this.raw &= ~INT_TX;
    if (!this.busy) this.#shift();
  }

  #shift() {
    this.busy = true;
    this.idle.cancel();
    this.shifting = this.tx.pull();
    if (this.tx.itemCount === LEVELS[this.plain[IFLS] & 7]) this.#raise(INT_TX);
    this.shifter.schedule(this.characterNanos);
  }

  #sent() {
    this.busy = false;
    this.sent.push(this.shifting);
    if (this.echo) this.#arrive(this.shifting);
    if (this.tx.empty) this.idle.schedule(this.characterNanos);
    else this.#shift();
  }

  #quiet() {
    const bytes = this.sent;
    this.sent = [];
    this.onIdle(bytes, this);
  }

  #received() {
    this.#arrive(this.coming.shift());
    if (this.coming.length) this.receiver.schedule(this.characterNanos);
  }

  #arrive(byte) {
    if (this.rx.full) this.raw |= INT_OVERRUN;
    else this.rx.push(byte);
    if (this.rx.itemCount >= LEVELS[(this.plain[IFLS] >> 3) & 7]) this.raw |= INT_RX;
    this.timeout.schedule(IDLE_BITS * this.bitNanos);
    this.#interrupt();
  }

  #take() {
    const byte = this.rx.pull();
    if (this.rx.itemCount < LEVELS[(this.plain[IFLS] >> 3) & 7]) this.raw &= ~INT_RX;
    if (this.rx.empty) {
      this.raw &= ~INT_RX_TIMEOUT;
      this.timeout.cancel();
    }
    this.#interrupt();
    return byte;
  }
}
