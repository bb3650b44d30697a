// The pins as seen from outside: what drives them from there, which edges they make, and the pulses
// of STEP.
const LOW = 0, HIGH = 1, FLOATING = 2; // beyond 1: the chip does not drive the pin

export class Pins {
  // setup: {watch: [pins], step, direction}; now(): the cycle of the present edge
  constructor(setup, now) {
    this.now = now;
    this.step = setup.step ?? null;
    this.direction = setup.direction ?? null;
    this.backwards = !!setup.direction_low_is_forward; // the level of DIR that turns forward is low
    this.watched = new Set(setup.watch ?? []);
    this.outside = new Map(); // pin: level that something outside drives
    this.steps = 0; // signed pulses of STEP since power was first applied
    this.changes = []; // [cycle, steps, pin, level] of the watched pins
    this.edges = new EdgeLog(); // of STEP
    this.stepHigh = false;
    this.onChange = () => {};
  }

  // A chip fresh from reset: its pads float.
  attach(mcu) {
    this.floatAll();
    this.mcu = mcu;
    for (const pin of mcu.gpio) {
      pin.addListener(() => this.#changed(pin));
      this.#refresh(pin);
    }
  }

  // Something outside pulls the pin low (0) or high (1), or lets go (null).
  drive(pin, level) {
    if (level === null) this.outside.delete(pin);
    else this.outside.set(pin, level);
    if (this.mcu) this.#refresh(this.mcu.gpio[pin]);
  }

  level(pin) {
    return this.mcu ? driven(this.mcu.gpio[pin]) : FLOATING;
  }

  // Nothing is driven any more.
  floatAll() {
    this.mcu = null;
    if (this.stepHigh) this.#stepEdge(false);
    for (const pin of this.watched) this.#note(pin, FLOATING);
  }

  #changed(pin) {
    this.#refresh(pin);
    const level = driven(pin);
    if (pin.index === this.step) this.#stepEdge(level === HIGH);
    else if (this.watched.has(pin.index)) this.#note(pin.index, level);
  }

  #note(pin, level) {
    this.changes.push([this.now(), this.steps, pin, level]);
    this.onChange();
  }

  #stepEdge(high) {
    if (high === this.stepHigh) return;
    this.stepHigh = high;
    if (high) this.steps += this.#forward() ? 1 : -1;
    this.edges.add(this.now(), high);
  }

  #forward() {
    if (this.direction === null) return true;
    return (this.level(this.direction) === HIGH) !== this.backwards;
  }

  // What the pad reads. Only true changes: rp2040js takes each call for an edge.
  #refresh(pin) {
    const level = this.#onPad(pin) === HIGH;
    if (level !== pin.rawInputValue) pin.setInputValue(level);
  }

  #onPad(pin) {
    const level = driven(pin);
    if (level !== FLOATING) return level;
    return this.outside.get(pin.index) ?? (pin.pullupEnabled ? HIGH : LOW);
  }
}

function driven(pin) {
  if (!pin.outputEnable) return FLOATING;
  return pin.outputValue ? HIGH : LOW;
}

// Edges as doubles: the cycle, negative for a falling edge.
class EdgeLog {
  constructor() {
    this.cycles = new Float64Array(1024);
    this.count = 0;
    this.kept = true;
  }

  add(cycle, high) {
    if (!this.kept) return;
    if (this.count === this.cycles.length) {
      const more = new Float64Array(2 * this.count);
      more.set(this.cycles);
      this.cycles = more;
    }
    this.cycles[this.count++] = high ? cycle : -cycle;
  }

  take() {
    const taken = this.cycles.slice(0, this.count);
    this.count = 0;
    return taken;
  }
}
