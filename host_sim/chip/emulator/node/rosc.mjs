// The ring oscillator's RANDOMBIT register, from which MicroPython makes os.urandom [RP2040 2.17.5].
// rp2040js does not know this peripheral: each bit would be 1. Here the bits follow from a seed, so
// that a run can be repeated; a reset does not begin the sequence anew.
const RANDOMBIT = 0x1c;

export class RandomBits {
  // seed: any whole number
  constructor(seed) {
    this.state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0 || 1; // xorshift stands still at 0
  }

  next() {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x >>> 0;
    return this.state >>> 31;
  }

  attach(rosc) {
    const read = rosc.readUint32.bind(rosc);
    rosc.readUint32 = (offset) => (offset === RANDOMBIT ? this.next() : read(offset));
  }
}
