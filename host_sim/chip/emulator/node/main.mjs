// The chip behind a pair of pipes: one order a line (JSON) on stdin, one answer a line on stdout,
// followed by `raw` bytes where it says so. While an order is carried out the chip may ask: {"ask":
// ...}; the next line in is the answer.
import { readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { Chip } from './chip.mjs';
import { Profile } from './profile.mjs';

// rp2040js reports reads of the inter-core FIFO, which it lacks and nothing here needs
console.warn = () => {};
const input = Buffer.alloc(65536);
let ahead = Buffer.alloc(0), chip = null, heard = [], stops = new Set();

function line() {
  for (;;) {
    const end = ahead.indexOf(10);
    if (end >= 0) {
      const text = ahead.subarray(0, end).toString();
      ahead = ahead.subarray(end + 1);
      return text;
    }
    const got = readSync(0, input);
    if (got === 0) process.exit(0); // the other side is gone
    ahead = Buffer.concat([ahead, input.subarray(0, got)]);
  }
}

function put(bytes) {
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done);
}

function say(message, raw) {
  put(Buffer.from(JSON.stringify(raw ? { ...message, raw: raw.byteLength } : message) + '\n'));
  if (raw) put(Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength));
}

// Where things stand, and what has happened since the last report.
function news() {
  const { pins } = chip;
  const link = heard.splice(0).map(([at, bytes]) => [at, Buffer.from(bytes).toString('base64')]);
  return { cycles: chip.cycles, steps: pins.steps, on: chip.on, changes: pins.changes.splice(0), link };
}

const host = {
  ask(question) {
    say({ ...news(), ...question });
    return JSON.parse(line());
  },
  usb(bytes) {
    heard.push([chip.cycles, bytes]);
    if (stops.has('link')) chip.stop ??= 'link';
  },
};

// order: what it does; it returns {message}, reported together with the news, and {raw}
const orders = {
  setup(order) {
    chip = new Chip(order, host);
    chip.pins.onChange = () => {
      if (stops.has('pins')) chip.stop ??= 'pins';
    };
    for (const path of [order.flash, order.image]) if (path) chip.memory.set(readFileSync(path));
  },
  power: (order) => (order.on ? chip.powerOn() : chip.powerOff()),
  run(order) {
    stops = new Set(order.stop ?? []);
    return { message: { why: chip.run(order.until) } };
  },
  pin: (order) => chip.pins.drive(order.pin, order.level),
  level: (order) => ({ message: { level: chip.pins.level(order.pin) } }),
  watch: (order) => void chip.pins.watched.add(order.pin),
  adc: (order) => void (chip.adc[order.channel] = order.value),
  send: (order) => chip.usb.send(Buffer.from(order.data, 'base64')),
  listen: (order) => chip.usb.listen(order.on),
  plug: (order) => void (chip.plugged = order.on),
  hang: () => chip.hang(),
  freeze: () => void (chip.frozen = true),
  slow_flash: (order) => chip.flash.slow(order.worst),
  cut: (order) => chip.flash.cutPower({ ahead: order.ahead, donePpt: order.done_ppt, mode: order.mode, seed: order.seed }),
  flash_log: () => ({ message: { log: chip.flash.log.splice(0) } }),
  save: (order) => writeFileSync(order.path, chip.memory.subarray(0, order.bytes)),
  peek: (order) => ({ raw: Uint8Array.from({ length: order.bytes }, (_, n) => chip.mcu.readUint8(order.address + n)) }),
  keep_edges: (order) => void (chip.pins.edges.kept = order.on),
  edges: () => ({ raw: chip.pins.edges.take() }),
  profile: (order) => void (chip.profile = new Profile(order.symbols, order.entry)),
  profiled() {
    const message = chip.profile.taken();
    chip.profile = null;
    return { message };
  },
  state: () => ({
    message: {
      busy: chip.busy, stood: chip.stood, wakes: chip.wakes, resets: chip.resets, booted: chip.booted,
      usb_open: chip.usb?.open ?? false, clock_hz: chip.mcu?.clkSys ?? 0, flash_operations: chip.flash.count,
      weak_programs: chip.flash.weakPrograms,
    },
  }),
};

for (;;) {
  const order = JSON.parse(line());
  try {
    const { message = {}, raw } = orders[order.do](order) ?? {};
    say({ ...news(), ...message }, raw);
  } catch (error) {
    say({ failed: `${order.do}: ${error.stack}` });
  }
}
