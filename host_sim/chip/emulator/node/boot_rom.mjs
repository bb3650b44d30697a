// A stand-in for the RP2040's boot ROM, which rp2040js does not bring: each function is `bkpt #n;
// bx lr`, and what it does is done here when the breakpoint is met. Layout and codes [RP2040
// 2.8.3]; order of the floats: pico-sdk sf_table.h.
const FIRST_CODE = 0x100, ROM_BYTES = 0x4000, HANG_AT = 0xf0, STACK_TOP = 0x20041f00;
const FLOAT_CYCLES = 70, BIT_CYCLES = 25; // about what the ROM's own code takes [RP2040 2.8.3.2]

export const hangAddress = HANG_AT, stackTop = STACK_TOP;

// flash: {erase(offset, bytes), program(offset, bytes)} with Uint8Arrays; spend(cycles) charges
// time to the CPU; flushCache() empties the cache of the flash
export function installBootRom(mcu, flash, spend, flushCache) {
  const image = new Uint8Array(ROM_BYTES), view = new DataView(image.buffer);
  const served = [];
  let end = FIRST_CODE;
  const place = (serve) => {
    const at = end;
    view.setUint16(at, 0xbe00 | served.push(serve) - 1, true);
    view.setUint16(at + 2, 0x4770, true); // bx lr
    end += 4;
    return at | 1;
  };
  const functions = Object.entries(romFunctions(mcu, flash, spend, flushCache)).map(([code, serve]) => [twoLetters(code), place(serve)]);
  const floats = floatFunctions(mcu, spend).map((serve) => place(serve));
  const lookup = place(() => lookUp(mcu));
  end = (end + 7) & ~3;
  const floatTable = end;
  view.setUint8(floatTable - 2, floats.length);
  floats.forEach((at, n) => view.setUint32(floatTable + 4 * n, at, true));
  end += 4 * floats.length;
  const table = (rows) => {
    const at = end;
    for (const [code, address] of rows) {
      view.setUint16(end, code, true);
      view.setUint16(end + 2, address, true);
      end += 4;
    }
    end += 4; // ends with a 0
    return at;
  };
  const functionTable = table(functions), dataTable = table([[twoLetters('SF'), floatTable]]);
  view.setUint32(0, STACK_TOP, true);
  view.setUint32(4, FIRST_CODE | 1, true);
  image.set([0x4d, 0x75, 1, 2], 0x10); // 'M', 'u', 1, ROM version 2
  view.setUint16(0x14, functionTable, true);
  view.setUint16(0x16, dataTable, true);
  view.setUint16(0x18, lookup, true);
  view.setUint16(HANG_AT, 0xe7fe, true); // b .
  mcu.bootrom.set(new Uint32Array(image.buffer));
  mcu.onBreak = (n) => {
    const at = mcu.core.PC;
    if (at >= ROM_BYTES) throw new Error(`the program met breakpoint ${n} at 0x${at.toString(16)}`);
    served[n]();
  };
}

const twoLetters = (text) => text.charCodeAt(0) | (text.charCodeAt(1) << 8);

function lookUp(mcu) {
  const r = mcu.core.registers;
  for (let at = r[0]; ; at += 4) {
    const code = mcu.readUint16(at);
    if (code === 0 || code === (r[1] & 0xffff)) {
      r[0] = code && mcu.readUint16(at + 2);
      return;
    }
  }
}

function romFunctions(mcu, flash, spend, flushCache) {
  const r = mcu.core.registers, none = () => {};
  const fill = () => {
    for (let n = 0; n < r[2]; n++) mcu.writeUint8(r[0] + n, r[1] & 0xff);
    spend(10 + (r[2] >>> 1));
  };
  const copy = () => {
    for (let n = 0; n < r[2]; n++) mcu.writeUint8(r[0] + n, mcu.readUint8(r[1] + n));
    spend(10 + r[2]);
  };
  const bits = (answer) => () => {
    r[0] = answer(r[0]);
    spend(BIT_CYCLES);
  };
  return {
    P3: bits((value) => value.toString(2).replaceAll('0', '').length),
    R3: bits((value) => parseInt(value.toString(2).padStart(32, '0').split('').reverse().join(''), 2)),
    L3: bits(Math.clz32),
    T3: bits((value) => (value ? 31 - Math.clz32(value & -value) : 32)),
    MS: fill, S4: fill, MC: copy, C4: copy,
    UB: () => { throw new Error('the program asked for the USB boot loader, which is not there'); },
    IF: none, EX: none, FC: flushCache, CX: none,
    RE: () => flash.erase(r[0], r[1]),
    RP: () => flash.program(r[0], Uint8Array.from({ length: r[2] }, (_, n) => mcu.readUint8(r[1] + n))),
  };
}

// In the order of the table; null is a function that MicroPython's image does not call.
function floatFunctions(mcu, spend) {
  const { core } = mcu, r = core.registers, store = new DataView(new ArrayBuffer(8));
  const toFloat = (word) => (store.setUint32(0, word), store.getFloat32(0));
  const toWord = (value) => (store.setFloat32(0, value), store.getUint32(0));
  const int64 = () => (BigInt(r[1] | 0) << 32n) | BigInt(r[0]), uint64 = () => (BigInt(r[1]) << 32n) | BigInt(r[0]);
  const put64 = (value) => ([r[0], r[1]] = [Number(value & 0xffffffffn), Number((value >> 32n) & 0xffffffffn)]);
  const whole = (value, least, most) => (Number.isNaN(value) ? 0 : Math.max(least, Math.min(most, Math.trunc(value))));
  const order = () => Math.sign(toFloat(r[0]) - toFloat(r[1])) || 0;
  const one = (f) => () => (r[0] = toWord(f(toFloat(r[0]))));
  const two = (f) => () => (r[0] = toWord(f(toFloat(r[0]), toFloat(r[1]))));
  const big = (value) => BigInt(whole(value, -(2 ** 63), 2 ** 63 - 1024));
  const compareFlags = () => {
    const o = order();
    [core.N, core.Z, core.C, core.V] = [o < 0, o === 0, o >= 0, false];
  };
  const toDouble = () => {
    store.setFloat64(0, toFloat(r[0]));
    [r[0], r[1]] = [store.getUint32(4), store.getUint32(0)];
  };
  const rows = [
    two((a, b) => a + b), two((a, b) => a - b), two((a, b) => a * b), two((a, b) => a / b),
    () => (r[0] = order()), compareFlags, one(Math.sqrt),
    () => (r[0] = whole(toFloat(r[0]), -(2 ** 31), 2 ** 31 - 1)), null,
    () => (r[0] = whole(toFloat(r[0]), 0, 2 ** 32 - 1)), null,
    () => (r[0] = toWord(r[0] | 0)), null, () => (r[0] = toWord(r[0])), null,
    one(Math.cos), one(Math.sin), one(Math.tan), null, one(Math.exp), one(Math.log),
    () => (r[0] = order()), two(Math.atan2),
    () => (r[0] = toWord(Number(int64()))), null, () => (r[0] = toWord(Number(uint64()))), null,
    () => put64(BigInt.asUintN(64, big(toFloat(r[0])))), null, () => put64(big(Math.max(0, toFloat(r[0])))), null,
    toDouble,
  ];
  const missing = () => { throw new Error('the program called a function that the boot ROM stand-in does not have'); };
  return rows.map((serve) => (serve ? () => { serve(); spend(FLOAT_CYCLES); } : missing));
}
