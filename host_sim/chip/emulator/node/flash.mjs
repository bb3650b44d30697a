// The flash chip: what it holds outlives resets and power cuts, and each operation takes its time,
// in which the CPU stands still and the state machines go on [W25Q16JV 9.6: sector erase 45 ms
// typical, 400 ms at most; block erase 150, 2000; page program 0.4, 3]. What a power cut leaves of
// one is what was seen on real chips: a part from either end, single bits, zeros that are programmed
// before an erase, a sector that reads as erased and is not [littlefs#245] [UBI].
const SECTOR = 4096, BLOCK = 65536, PAGE = 256;
const TIMES_MS = { typical: { sector: 45, block: 150, page: 0.4 }, worst: { sector: 400, block: 2000, page: 3 } };

// What a cut leaves; none: it had not begun, done: it was over. Of a program, and of an erase; where
// a mode does not fit the operation that is cut, the second of its list.
const CUTS = { program: ['none', 'prefix', 'suffix', 'bits', 'done'], erase: ['none', 'half', 'zeros', 'noise', 'weak', 'done'] };

export class PowerCut extends Error {}

export class Flash {
  // pass(cycles): lets time go by with the CPU stopped; now(): the present cycle
  constructor(bytes, { now, pass, cyclesPerMs }) {
    Object.assign(this, { bytes, now, pass, cyclesPerMs });
    this.times = TIMES_MS.typical;
    this.log = []; // [cycle, kind, offset, bytes, cycles]
    this.count = 0; // operations since power was first applied
    this.cut = null;
    this.weak = new Set(); // sectors whose last erase was cut
    this.weakPrograms = 0; // into such sectors: a mistake of the program
  }

  slow(worst) {
    this.times = worst ? TIMES_MS.worst : TIMES_MS.typical;
  }

  // Power fails within the operation after `ahead` others, when this share of it is done, and leaves
  // what `mode` says.
  cutPower({ ahead, donePpt, mode, seed }) {
    this.cut = { operation: this.count + ahead, donePpt, mode, random: noise(seed) };
  }

  erase(offset, bytes) {
    for (let at = offset, end = offset + bytes; at < end; ) {
      const whole = at % BLOCK === 0 && end - at >= BLOCK, size = whole ? BLOCK : SECTOR;
      this.#operate('erase', at, new Uint8Array(size).fill(0xff), whole ? this.times.block : this.times.sector);
      at += size;
    }
  }

  program(offset, data) {
    for (let at = 0; at < data.length; at += PAGE) {
      const place = offset + at;
      const wanted = data.slice(at, at + PAGE).map((byte, n) => byte & this.bytes[place + n]);
      this.#operate('program', place, wanted, this.times.page);
    }
  }

  // The bytes at `offset` are to become `wanted`.
  #operate(kind, offset, wanted, ms) {
    const began = this.now(), cycles = Math.round(ms * this.cyclesPerMs);
    if (this.cut?.operation === this.count) {
      const { mode, donePpt, random } = this.cut;
      const left = CUTS[kind].includes(mode) ? mode : CUTS[kind][1];
      this.cut = null;
      this.pass(Math.round((cycles * donePpt) / 1000));
      if (left === 'done') this.#finish(kind, offset, wanted, random);
      else if (left !== 'none') this.#tear(kind, left, offset, wanted, Math.round((wanted.length * donePpt) / 1000), random);
      throw new PowerCut(`power was cut within flash operation ${this.count}`);
    }
    this.count++;
    this.pass(cycles);
    this.#finish(kind, offset, wanted, noise(this.count));
    this.log.push([began, kind, offset, wanted.length, cycles]);
  }

  #finish(kind, offset, wanted, random) {
    const sectors = sectorsOf(offset, wanted.length);
    if (kind === 'erase') sectors.forEach((sector) => this.weak.delete(sector));
    else if (this.weak.has(sectors[0])) {
      this.weakPrograms++;
      wanted = wanted.map((byte, n) => byte | (this.bytes[offset + n] & random()));
    }
    this.bytes.set(wanted, offset);
  }

  #tear(kind, mode, offset, wanted, place, random) {
    const old = this.bytes.slice(offset, offset + wanted.length);
    const byte = {
      prefix: (n) => (n < place ? wanted[n] : old[n]),
      half: (n) => (n < place ? wanted[n] : old[n]),
      suffix: (n) => (n < place ? old[n] : wanted[n]),
      bits: (n) => wanted[n] | (old[n] & random()),
      zeros: (n) => (n < place ? old[n] : 0), // from its end
      noise: (n) => old[n] | random(),
      weak: () => 0xff,
    }[mode];
    this.bytes.set(old.map((_, n) => byte(n)), offset);
    if (kind === 'erase') sectorsOf(offset, wanted.length).forEach((sector) => this.weak.add(sector));
  }
}

function sectorsOf(offset, bytes) {
  const first = Math.floor(offset / SECTOR);
  return Array.from({ length: Math.ceil(bytes / SECTOR) }, (_, n) => first + n);
}

// Bytes without a pattern, the same again for the same seed: xorshift32.
function noise(seed) {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state & 0xff;
  };
}
