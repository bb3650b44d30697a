// The cache between the CPU and the flash that code runs from: 16 KB, two ways, lines of 8 bytes
// that are filled a 32-bit half at a time [RP2040 2.6.3]. rp2040js reads flash for nothing; here a
// miss costs the time of a 32-bit read over the chip's QSPI.
//
// What is not known of the real cache is chosen so that it costs more rather than less: a half and
// not a whole line is filled (so a user has measured it for data [pico-feedback#307]), the
// least recently used way is replaced, and 40 cycles are the least that a read takes at 125 MHz with
// the divider of our image [klipper#6464]. `docs/emulated_chip.md` says what that makes of doubt.
import { BasePeripheral } from 'rp2040js';

const WINDOW = 0x10; // top byte of cached addresses; those above it are read past the cache
const SETS = 1024, OFFSET_BITS = 3, SET_BITS = 10;
const MISS_CYCLES = 40;
const FLUSH = 0x04, COUNT_HITS = 0x0c, COUNT_ACCESSES = 0x10; // registers of XIP_CTRL [RP2040 2.6.3.7]
const PERIPHERAL = 0x14000;

export class FlashCache {
  constructor() {
    this.tags = new Int32Array(2 * SETS); // of both ways, one after the other
    this.halves = new Uint8Array(2 * SETS); // bit n: half n of the line is there
    this.older = new Uint8Array(SETS); // the way that was used less recently
    this.flush();
  }

  flush() {
    this.tags.fill(-1);
    this.last = -1; // the word read last: the CPU takes two instructions from one read
  }

  // Cycles that the CPU waits for a read at this address.
  wait(address) {
    const word = address >>> 2;
    if (word === this.last) return 0;
    this.last = word;
    if (address >>> 24 !== WINDOW) return MISS_CYCLES;
    this.accesses++;
    const set = (address >>> OFFSET_BITS) & (SETS - 1), tag = (address & 0xffffff) >>> (OFFSET_BITS + SET_BITS), half = 1 << (word & 1);
    let way = this.tags[set] === tag ? 0 : this.tags[set + SETS] === tag ? 1 : -1;
    const found = way >= 0;
    if (!found) way = this.older[set];
    const line = set + way * SETS;
    this.older[set] = 1 - way;
    if (found && this.halves[line] & half) {
      this.hits++;
      return 0;
    }
    this.tags[line] = tag;
    this.halves[line] = found ? this.halves[line] | half : half;
    return MISS_CYCLES;
  }

  // spend(cycles) charges the time to the CPU.
  attach(mcu, spend) {
    this.accesses = this.hits = 0;
    this.flush();
    for (const name of ['readUint8', 'readUint16', 'readUint32']) {
      const read = mcu[name].bind(mcu);
      mcu[name] = (address) => {
        if (address >>> 26 === WINDOW >>> 2) spend(this.wait(address));
        return read(address);
      };
    }
    mcu.peripherals[PERIPHERAL] = new CacheControl(mcu, this);
  }
}

// The counters can be read by a program, as on the chip: writing clears them.
class CacheControl extends BasePeripheral {
  constructor(mcu, cache) {
    super(mcu, 'XIP_CTRL');
    this.cache = cache;
  }

  readUint32(offset) {
    const { cache } = this;
    return offset === COUNT_HITS ? cache.hits >>> 0 : offset === COUNT_ACCESSES ? cache.accesses >>> 0 : 0;
  }

  writeUint32(offset) {
    const { cache } = this;
    if (offset === FLUSH) cache.flush();
    else if (offset === COUNT_HITS) cache.hits = 0;
    else if (offset === COUNT_ACCESSES) cache.accesses = 0;
  }
}
