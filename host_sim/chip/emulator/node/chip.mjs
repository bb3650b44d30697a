// An RP2040 with a flash chip: rp2040js with its state machines in step, real flash, resets and
// power cuts. All times are cycles of the 125 MHz system clock (8 ns) since power was first
// applied; a reset does not set them back.
import { RP2040 } from 'rp2040js';
import { hangAddress, installBootRom, stackTop } from './boot_rom.mjs';
import { Flash, PowerCut } from './flash.mjs';
import { wireI2c } from './i2c.mjs';
import { LockstepPio } from './pio.mjs';
import { Pins } from './pins.mjs';
import { quietPwm } from './pwm.mjs';
import { RandomBits } from './rosc.mjs';
import { TimedUart } from './uart.mjs';
import { UsbHost } from './usb.mjs';
import { FlashCache } from './xip.mjs';

const HZ = 125_000_000, NANOS = 8;
const SPACE = 16 * 1024 * 1024; // what rp2040js maps; the Pico has 2 MB of it
const BOOT_STAGE_2 = 0x10000000;
const TIMER = 0x40054, WATCHDOG = 0x40058, ROSC = 0x40060, UARTS = [0x40034, 0x40038], UART_IRQS = [20, 21];
const ALARM0 = 0x10, ALARM3 = 0x1c;
const QUIET = { debug() {}, info() {}, warn() {}, error() {} };

export class Chip {
  // setup: {watch, step, direction, i2c: {bus: [addresses]}, uarts: {index: {echo}}, usb: plugged
  // in?, timer_ms: what the timer shows at power on, seed:
  // of the random bits, flash_waits: does a read of the flash take time?} host: ask(question) gives the answer of the
  // devices outside; usb(bytes) takes what the chip sends
  constructor(setup, host) {
    Object.assign(this, { setup, host, cycles: 0, booted: 0, origin: 0, on: false, mcu: null });
    // cycles of the CPU, cycles it stood still for the flash, wakes from sleep
    this.busy = this.stood = this.wakes = 0;
    this.resets = []; // [cycle, reason] of each
    this.reason = null; // of a reset that is asked for: 1 watchdog, 2 the program
    this.stop = null; // why the run is to stop
    // the program hangs as soon as it may; the CPU stands for good
    this.hangs = this.frozen = false;
    this.extra = 0; // cycles to charge to the present instruction
    this.profile = null; // a Profile while one is taken
    this.memory = new Uint8Array(SPACE).fill(0xff);
    this.flash = new Flash(this.memory, { now: () => this.cycles, pass: (cycles) => this.#stand(cycles), cyclesPerMs: HZ / 1000 });
    this.pins = new Pins(setup, () => this.pio?.edgeAt ?? this.cycles);
    this.scratch = new Uint32Array(8);
    this.random = new RandomBits(setup.seed ?? 1);
    this.adc = [0, 0, 0, 0, 0];
    this.plugged = setup.usb ?? true;
    this.cache = setup.flash_waits ?? true ? new FlashCache() : null;
  }

  powerOn() {
    this.scratch.fill(0);
    this.#boot(0, (this.setup.timer_ms ?? 0) * 1_000_000);
  }

  powerOff() {
    this.on = false;
    this.pins.floatAll();
  }

  // Runs to cycle `until`, or until `stop` says why not.
  run(until) {
    this.stop = null;
    try {
      while (this.cycles < until && this.stop === null) this.#go(until);
    } catch (error) {
      if (!(error instanceof PowerCut)) throw error;
      this.powerOff();
      this.stop = 'power cut';
    }
    if (this.on) this.pio.catchUp(this.cycles);
    return this.stop ?? 'until';
  }

  // The program runs in circles from now on, as soon as it is in no interrupt; interrupts are
  // served.
  hang() {
    this.hangs = true;
  }

  #go(until) {
    if (!this.on) this.cycles = until;
    else if (this.frozen) this.#pass(until, () => false);
    else if (this.mcu.core.waiting) this.#sleep(until);
    else if (this.#isInCircles()) this.#circle(until);
    else this.#execute(until);
    if (this.reason !== null && this.on) {
      this.resets.push([this.cycles, this.reason]);
      this.#boot(this.reason, 0);
    }
  }

  #execute(until) {
    const { pio, origin } = this, { core, clock } = this.mcu;
    const from = this.cycles - this.stood;
    do {
      this.extra = 0;
      const pc = core.PC, spent = core.executeInstruction();
      this.cycles += spent + this.extra;
      if (this.profile !== null) this.profile.spend(this.mcu, pc, spent + this.extra, this.extra);
      clock.nanosCounter = (this.cycles - origin) * NANOS;
      if (this.cycles >= pio.next) pio.catchUp(this.cycles);
      if (clock.nextAlarm !== null && clock.nextAlarm.nanos <= clock.nanosCounter) clock.tick(0);
      if (this.hangs && core.IPSR === 0) this.#hangNow();
    } while (!core.waiting && core.PC !== hangAddress && this.cycles < until && this.stop === null && this.reason === null);
    this.busy += this.cycles - this.stood - from;
  }

  #hangNow() {
    this.hangs = false;
    this.mcu.core.PC = hangAddress;
    this.mcu.core.waiting = false;
  }

  #isInCircles() {
    const { core } = this.mcu;
    return core.PC === hangAddress && !core.interruptsUpdated;
  }

  // The CPU is busy doing nothing, and nothing changes that before an interrupt.
  #circle(until) {
    const from = this.cycles;
    this.#pass(until, () => this.mcu.core.interruptsUpdated);
    this.busy += this.cycles - from;
  }

  // The CPU waits for an event: nothing happens before the next alarm or the next doing of a state
  // machine.
  #sleep(until) {
    const { core } = this.mcu;
    if (this.hangs) this.#hangNow();
    this.#pass(until, () => !core.waiting);
    if (!core.waiting) this.wakes++;
  }

  // The CPU stands still for these cycles; everything else continues.
  #stand(cycles) {
    const from = this.cycles;
    this.#pass(from + cycles, () => false);
    this.stood += this.cycles - from;
  }

  #pass(until, done) {
    const { pio, origin } = this, { clock } = this.mcu;
    while (this.cycles < until && this.stop === null && this.reason === null && !done()) {
      const alarm = clock.nextAlarm === null ? Infinity : origin + Math.ceil(clock.nextAlarm.nanos / NANOS);
      this.cycles = Math.max(this.cycles, Math.min(until, alarm, pio.next));
      clock.nanosCounter = (this.cycles - origin) * NANOS;
      pio.catchUp(this.cycles);
      clock.tick(0);
    }
  }

  // A chip fresh from reset on the same flash, with the scratch registers that a reset leaves alone
  // [RP2040 4.7].
  #boot(reason, timerNanos) {
    const mcu = (this.mcu = new RP2040());
    this.profile?.reset();
    Object.assign(this, { booted: this.cycles, origin: this.cycles - timerNanos / NANOS, reason: null, hangs: false, frozen: false, on: true });
    mcu.logger = QUIET;
    mcu.clock.nanosCounter = timerNanos;
    mcu.flash = this.memory;
    mcu.flash16 = new Uint16Array(this.memory.buffer);
    mcu.flashView = new DataView(this.memory.buffer);
    const spend = (cycles) => (this.extra += cycles);
    this.cache?.attach(mcu, spend);
    installBootRom(mcu, this.flash, spend, () => this.cache?.flush());
    this.pio = new LockstepPio(mcu, () => this.cycles);
    this.#mendTimer(mcu.peripherals[TIMER]);
    this.#wireWatchdog(mcu.peripherals[WATCHDOG], reason);
    quietPwm(mcu.pwm);
    this.random.attach(mcu.peripherals[ROSC]);
    this.#wireOutside(mcu);
    mcu.core.SP = stackTop;
    mcu.core.PC = BOOT_STAGE_2;
  }

  // rp2040js rounds the time to an alarm down, so that it rings up to 1 us before its instant.
  #mendTimer(timer) {
    const write = timer.writeUint32.bind(timer);
    timer.writeUint32 = (offset, value) => {
      write(offset, value);
      if (offset < ALARM0 || offset > ALARM3) return;
      const now = timer.clock.nanos, us = Math.floor(now / 1000), ahead = (value - us) >>> 0;
      timer.alarms[(offset - ALARM0) / 4].clockAlarm.schedule(Math.max(0, (us + ahead) * 1000 - now));
    };
  }

  #wireWatchdog(watchdog, reason) {
    watchdog.scratchData = this.scratch;
    watchdog.reason = reason;
    watchdog.onWatchdogTrigger = () => {
      this.reason = watchdog.reason;
      watchdog.alarm.enable = false; // or it rings again at once, for ever
    };
  }

  #wireOutside(mcu) {
    this.pins.attach(mcu);
    mcu.adc.channelValues = this.adc;
    UARTS.forEach((base, n) => {
      const wire = this.setup.uarts?.[n];
      const uart = new TimedUart(mcu, n, UART_IRQS[n], { echo: wire?.echo ?? false, onIdle: wire ? (bytes, at) => this.#converse(n, bytes, at) : () => {} });
      mcu.uart[n] = mcu.peripherals[base] = uart;
    });
    mcu.i2c.forEach((bus, n) => wireI2c(bus, n, mcu.clock, new Set(this.setup.i2c?.[n] ?? []), this.host.ask));
    this.usb = this.plugged ? new UsbHost(mcu, this.host.usb) : null;
  }

  #converse(n, bytes, uart) {
    uart.respond(this.host.ask({ ask: 'uart', uart: n, written: bytes }).data, 0);
  }
}
