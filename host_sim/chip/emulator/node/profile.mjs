// Where the cycles of the CPU go: to which C symbol, to which Python function, and to what waiting.
// It looks at the registers and at RAM between two instructions; nothing on the chip is changed.
//
// A Python function runs from the entry of mp_execute_bytecode to its return, or until an exception
// has unwound the stack past it. All that C does for it meanwhile is its own, but for the Python
// functions that it calls; an interrupt is the function's in which it comes.
const CODE_STATE_FUN = 0, FUN_BYTECODE = 12; // offsets in mp_code_state_t, mp_obj_fun_bc_t [py/bc.h, py/objfun.h]

export class Profile {
  // symbols: addresses of C functions, rising; entry: of mp_execute_bytecode
  constructor(symbols, entry) {
    this.symbols = Uint32Array.from(symbols);
    this.entry = entry;
    this.bySymbol = new Float64Array(symbols.length + 1); // the first: below all of them
    this.byFunction = new Map(); // address of its bytecode, 0 for no Python: cycles
    this.calls = new Map();
    this.frames = [];
    this.reads = 0; // of these cycles, those in which the CPU waited for a read of the flash
    this.place = new Map(); // address of an instruction: index of its symbol
  }

  // A reset: nobody returns.
  reset() {
    this.frames = [];
  }

  // An instruction at `pc` has taken so many cycles, `waited` of them for a read of the flash.
  spend(mcu, pc, cycles, waited) {
    let place = this.place.get(pc);
    if (place === undefined) this.place.set(pc, (place = this.#find(pc)));
    this.bySymbol[place] += cycles;
    this.reads += waited;
    const { frames } = this, function_ = frames.length ? frames[frames.length - 1].bytecode : 0;
    this.byFunction.set(function_, (this.byFunction.get(function_) ?? 0) + cycles);
    this.#follow(mcu);
  }

  #follow(mcu) {
    const { frames } = this, { core } = mcu, sp = core.SP, pc = core.PC;
    while (frames.length) {
      const top = frames[frames.length - 1];
      if (sp < top.sp || (sp === top.sp && pc !== top.back)) break;
      frames.pop();
    }
    if (pc !== this.entry) return;
    const back = core.registers[14] & ~1, top = frames[frames.length - 1];
    if (top && top.sp === sp && top.back === back) return; // an interrupt came at the entry
    const state = core.registers[0];
    const bytecode = peek(mcu, peek(mcu, state + CODE_STATE_FUN) + FUN_BYTECODE);
    frames.push({ sp, back, bytecode });
    this.calls.set(bytecode, (this.calls.get(bytecode) ?? 0) + 1);
  }

  // The index of the last symbol that begins at or before an address, and 1.
  #find(pc) {
    let low = 0, high = this.symbols.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.symbols[middle] <= pc) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  // Cycles by symbol, as they were given, those below all of them first; by function, as [address
  // of its bytecode or 0, cycles, calls]; reads, those beyond the instructions themselves: for reads
  // of the flash and routines of the boot ROM.
  taken() {
    return {
      reads: this.reads,
      by_symbol: Array.from(this.bySymbol),
      by_function: [...this.byFunction].map(([at, cycles]) => [at, cycles, this.calls.get(at) ?? 0]),
    };
  }
}

// A word of RAM or flash, past the cache and its time.
function peek(mcu, address) {
  const top = address >>> 24;
  if (top === 0x20) return mcu.sramView.getUint32(address - 0x20000000, true);
  return top === 0x10 ? mcu.flashView.getUint32(address - 0x10000000, true) : 0;
}
