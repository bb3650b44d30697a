// The flash chip: what it holds outlives resets and power cuts, and each operation takes its time,
// in which the CPU stands still and the state machines go on [W25Q16JV 9.6: sector erase 45 ms
// typical, 400 ms at most; block erase 150, 2000; page program 0.4, 3].
const SECTOR = 4096, BLOCK = 65536, PAGE = 256;
const TIMES_MS = { typical: { sector: 45, block: 150, page: 0.4 }, worst: { sector: 400, block: 2000, page: 3 } };

export class PowerCut extends Error {}

export class Flash {
  // pass(cycles): lets time go by with the CPU stopped; now(): the present cycle
  constructor(bytes, { now, pass, cyclesPerMs }) {
    Object.assign(this, { bytes, now, pass, cyclesPerMs });
    this.times = TIMES_MS.typical;
    this.log = []; // [cycle, kind, offset, bytes, cycles]
    this.count = 0; // operations since power was first applied
    // {operation, donePpt}: power fails within that operation, when this share of it is done
    this.cutAt = null;
  }

  slow(worst) {
    this.times = worst ? TIMES_MS.worst : TIMES_MS.typical;
  }

  erase(offset, bytes) {
    for (let at = offset, end = offset + bytes; at < end; ) {
      const whole = at % BLOCK === 0 && end - at >= BLOCK, size = whole ? BLOCK : SECTOR;
      const place = at;
      this.#operate('erase', place, size, whole ? this.times.block : this.times.sector, (n) => this.bytes.fill(0xff, place, place + n));
      at += size;
    }
  }

  program(offset, data) {
    for (let at = 0; at < data.length; at += PAGE) {
      const page = data.subarray(at, at + PAGE), place = offset + at;
      this.#operate('program', place, page.length, this.times.page, (n) => {
        for (let k = 0; k < n; k++) this.bytes[place + k] &= page[k];
      });
    }
  }

  #operate(kind, offset, bytes, ms, change) {
    const began = this.now(), cycles = Math.round(ms * this.cyclesPerMs), cut = this.cutAt;
    if (cut && cut.operation === this.count) {
      this.pass(Math.round((cycles * cut.donePpt) / 1000));
      change(Math.round((bytes * cut.donePpt) / 1000));
      throw new PowerCut(`power was cut within flash operation ${this.count}`);
    }
    this.count++;
    this.pass(cycles);
    change(bytes);
    this.log.push([began, kind, offset, bytes, cycles]);
  }
}
