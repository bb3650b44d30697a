// PIO in step with the system clock. rp2040js runs its state machines on host timers, 1000
// instructions a turn, without the clock divider; here each instruction has its instant, to the
// cycle, and a machine that counts down a long delay is jumped over. What else is mended stands at
// its place; docs/emulated_chip.md has the list.
import { FIFO } from 'rp2040js';

const NEVER = Infinity;
// cycles a pin takes to reach a state machine that waits for it [RP2040 3.5.6.3]
const SYNCHRONISER = 2;
const CTRL = 0x00, SM0_CLKDIV = 0xc8, SM_STRIDE = 0x18, REGISTER = { CLKDIV: 0x00, SHIFTCTRL: 0x08, INSTR: 0x10 };
const WAIT_PIN = 1; // rp2040js WaitType.Pin

class Lane {
  constructor(pio, sm) {
    this.pio = pio;
    this.sm = sm;
    this.at = NEVER; // the cycle of its next instruction
    this.on = false;
    this.divider = 1;
    this.stalledAt = 0; // the cycle at which it met the instruction that it stalls on
  }
}

export class LockstepPio {
  // now(): the present cycle; edgeAt is the cycle of the instruction that is being executed, for
  // those who watch pins
  constructor(mcu, now) {
    this.now = now;
    this.edgeAt = null;
    this.next = NEVER; // the cycle of the next instruction that is not part of a count-down
    this.lanes = mcu.pio.flatMap((pio) => pio.machines.map((sm) => new Lane(pio, sm)));
    mcu.pio.forEach((pio) => this.#hook(pio));
    this.lanes.forEach((lane) => mendMachine(lane.sm));
  }

  #hook(pio) {
    const read = pio.readUint32.bind(pio), write = pio.writeUint32.bind(pio);
    pio.run = () => {};
    pio.readUint32 = (offset) => {
      this.catchUp(this.now());
      const value = read(offset);
      this.settle(this.now());
      return value;
    };
    pio.writeUint32 = (offset, value) => {
      this.catchUp(this.now());
      const before = offset - SM0_CLKDIV;
      const lane = before >= 0 && before < 4 * SM_STRIDE ? this.lanes.find((l) => l.pio === pio && l.sm.index === Math.floor(before / SM_STRIDE)) : null;
      const register = lane ? before % SM_STRIDE : -1;
      if (register === REGISTER.SHIFTCTRL) joinFifos(lane.sm, value);
      if (register === REGISTER.INSTR) beforeExec(lane.sm);
      write(offset, value);
      pio.checkChangedPins();
      if (register === REGISTER.CLKDIV) lane.divider = (lane.sm.clockDivInt || 65536) + lane.sm.clockDivFrac / 256;
      if (register === REGISTER.INSTR) this.#afterExec(lane);
      if (offset === CTRL) this.#restarted(pio, (value >>> 4) | (value >>> 8));
      this.settle(this.now());
    };
  }

  #afterExec(lane) {
    const { sm } = lane;
    sm.execWait = sm.waiting;
    sm.checkWait();
    if (lane.on && !sm.waiting) lane.at = this.now() + lane.divider;
    lane.stalledAt = this.now();
  }

  // A machine or its divider was restarted: a delay that was going on is over.
  #restarted(pio, mask) {
    for (const lane of this.lanes) {
      if (lane.pio === pio && mask & (1 << lane.sm.index) && lane.at !== NEVER) lane.at = this.now() + lane.divider;
    }
  }

  // Executes every instruction that is due by `now`, in the order of their instants.
  catchUp(now) {
    for (;;) {
      let lane = null, at = NEVER;
      for (const one of this.lanes) if (one.at < at) (lane = one), (at = one.at);
      if (at > now) break;
      const { sm } = lane, { pc, cycles } = sm;
      this.edgeAt = at;
      sm.step();
      lane.pio.checkChangedPins();
      lane.at = sm.waiting ? NEVER : at + (sm.cycles - cycles) * lane.divider;
      lane.stalledAt = at;
      if (sm.pc === pc && lane.at <= now) this.#jumpOver(lane, now);
      this.settle(at);
    }
    this.edgeAt = null;
  }

  // After anything that may have started, stopped, stalled or released a state machine at cycle
  // `at`.
  settle(at) {
    let next = NEVER;
    for (const lane of this.lanes) {
      const { sm } = lane;
      if (!sm.enabled) {
        lane.on = false;
        lane.at = NEVER;
        continue;
      }
      if (!lane.on) {
        lane.on = true;
        lane.at = at + 1;
        lane.stalledAt = at;
        if (sm.waiting) sm.checkWait();
      }
      if (sm.waiting) lane.at = NEVER;
      else if (lane.at === NEVER) lane.at = this.#released(lane, at);
      const due = this.#lastOfCountDown(lane);
      if (due < next) next = due;
    }
    this.next = next;
  }

  #released(lane, at) {
    const { sm } = lane;
    const seen = sm.waitType === WAIT_PIN ? at + SYNCHRONISER : at;
    const ticks = Math.max(0, Math.ceil((seen - lane.stalledAt) / lane.divider)) + 1 + Math.max(0, sm.waitDelay);
    return lane.stalledAt + ticks * lane.divider;
  }

  // A machine at `jmp x--` or `jmp y--` to itself does nothing else until the register is 0.
  #lastOfCountDown(lane) {
    const register = lane.at === NEVER ? null : countsDown(lane.sm);
    return register ? lane.at + lane.sm[register] * stride(lane) : lane.at;
  }

  #jumpOver(lane, now) {
    const register = countsDown(lane.sm);
    if (!register) return;
    const { sm } = lane, one = stride(lane);
    const turns = Math.min(sm[register], Math.floor((now - lane.at) / one) + 1);
    sm[register] -= turns;
    lane.at += turns * one;
  }
}

// The register that the machine's present instruction counts down on the spot, or null.
function countsDown(sm) {
  const opcode = sm.pio.instructions[sm.pc];
  if (opcode >>> 13 !== 0 || (opcode & 0x1f) !== sm.pc) return null;
  const condition = (opcode >>> 5) & 7;
  return condition === 2 ? 'x' : condition === 4 ? 'y' : null;
}

function stride(lane) {
  const { sm } = lane;
  const delay = (sm.pio.instructions[sm.pc] >>> 8) & ((1 << (5 - sm.sidesetCount)) - 1);
  return (1 + delay) * lane.divider;
}

// A FIFO that is joined or parted is emptied: that is how the SDK clears both [RP2040 3.7,
// SHIFTCTRL].
function joinFifos(sm, value) {
  if (((sm.shiftCtrl ^ value) >>> 30) === 0) return;
  const [tx, rx] = [[4, 4], [8, 0], [0, 8], [0, 0]][value >>> 30];
  sm.txFIFO = new FIFO(tx);
  sm.rxFIFO = new FIFO(rx);
  sm.updateDMATx();
  sm.updateDMARx();
}

// An instruction written to INSTR takes the place of one that stalls; that one is fetched again
// afterwards.
function beforeExec(sm) {
  sm.waiting = false;
  sm.execWait = true;
}

function mendMachine(sm) {
  const { checkWait, nextPC, restart } = sm;
  // it stalls on an instruction from INSTR, which does not move the program counter
  sm.execWait = false;
  sm.checkWait = () => {
    if (sm.waiting && (sm.enabled || sm.execWait)) checkWait.call(sm);
  };
  sm.nextPC = () => {
    if (sm.execWait && !sm.waiting) sm.execWait = false;
    else nextPC.call(sm);
  };
  sm.restart = () => {
    const { cycles } = sm;
    restart.call(sm);
    sm.cycles = cycles;
    sm.waitDelay = -1;
    sm.execWait = false;
    sm.execValid = false;
  };
}
