// Which texts of a module's memory its code can read: those whose addresses stand in the code, or
// in data of another kind. https://webassembly.github.io/spec/core/binary/
import { readFileSync } from "node:fs";
import { Reader } from "./names.mjs";

const WORD = 4;
/** `"…"[i - 8]` may stand as an address that lies before the text. */
const BEFORE_BYTES = 32;
/**
 * The linker lays a text into another one that ends with it, so an address may lie within a text.
 * Not so far from its end: there it is a number that is no address.
 */
const ENDING_BYTES_MAX = 1024;
/** Each ends in a zero byte; wasm-ld merges equal ones, and one that ends another. */
const TEXTS = "<internal>:(.rodata)";
/** Of a quarter of a million bytes some look like an address: the bundle, which has none. */
const WITHOUT_POINTERS = /compiled_bundle/;

/**
 * What the linker laid into memory, by its map (the file of --Map): `texts`, by address, and
 * `others` that may point to them, as [{from, to}]. `memory` is what lies there.
 */
export function objectsOf(map, memory) {
  const texts = [];
  const others = [];
  for (const line of readFileSync(map, "utf8").split("\n")) {
    // An input's piece is indented by eight, the section that it is in by none, symbols by more.
    const found = /^ *([0-9a-f]+) +[0-9a-f]+ +([0-9a-f]+) {9}(\S.*)$/.exec(line);
    if (found === null) continue;
    const from = parseInt(found[1], 16);
    const to = Math.min(from + parseInt(found[2], 16), memory.length);
    if (found[3] !== TEXTS) {
      if (!WITHOUT_POINTERS.test(found[3])) others.push({ from, to });
      continue;
    }
    for (let at = from; at < to; ) {
      const zero = memory.indexOf(0, at);
      const next = zero < 0 ? to : Math.min(zero + 1, to);
      texts.push({ from: at, to: next });
      at = next;
    }
  }
  return { texts, others };
}

const skipNumbers = (code, count) => {
  for (; count > 0; --count) code.number();
};

/** Reads past one instruction; numbers that may be addresses go to `found`. */
function instruction(code, found) {
  const op = code.byte();
  if (op >= 0x28 && op <= 0x3e) {
    code.number(); // alignment
    found(code.number());
  } else if (op === 0x41) {
    found(Number(code.signed()));
  } else if (op === 0x42) {
    const bits = BigInt.asUintN(64, code.signed());
    found(Number(bits & 0xffffffffn));
    found(Number(bits >> 32n));
  } else if (op === 0x43 || op === 0x44) {
    code.take(op === 0x43 ? 4 : 8);
  } else if (op === 0x0e || op === 0x1c) {
    skipNumbers(code, code.number() + (op === 0x0e ? 1 : 0));
  } else if (op === 0x11) {
    skipNumbers(code, 2);
  } else if (op === 0xfc) {
    const which = code.number();
    skipNumbers(code, which < 8 ? 0 : [9, 11, 13, 15, 16, 17].includes(which) ? 1 : 2);
  } else if (ONE_NUMBER.has(op)) {
    code.number();
  } else if (!WITHOUT.has(op)) {
    throw new Error(`an instruction that is not known here: 0x${op.toString(16)}`);
  }
}
// Blocks (with their type), branches, calls, throws, variables, size and growth of memory, null.
const ONE_NUMBER = new Set([
  ...[0x02, 0x03, 0x04, 0x06, 0x07, 0x08, 0x09, 0x0c, 0x0d, 0x10, 0x18],
  ...[0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40, 0xd0, 0xd2],
]);
const WITHOUT = new Set([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x19, 0x1a, 0x1b, 0xd1]);
for (let op = 0x45; op <= 0xc4; ++op) WITHOUT.add(op);

/** Every number in the module's code that may be an address. */
function numbersIn(code) {
  const numbers = new Set();
  const section = new Reader(code);
  for (let count = section.number(); count > 0; --count) {
    const body = section.part();
    for (let locals = body.number(); locals > 0; --locals) {
      body.number();
      body.byte();
    }
    while (body.at < body.end) instruction(body, (number) => numbers.add(number));
  }
  return numbers;
}

/** The texts that code (a module's section of it) does not reach. */
export function beyond(code, { texts, others }, memory) {
  const reached = new Set();
  /** Place of the last text that begins at the address or before. */
  const placeOf = (address) => {
    let low = 0;
    for (let high = texts.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (texts[middle].from <= address) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const name = (address) => {
    const place = placeOf(address);
    const text = texts[place];
    if (text?.from === address) {
      reached.add(text);
      return;
    }
    if (text !== undefined && address < text.to && text.to - address <= ENDING_BYTES_MAX) {
      reached.add(text);
    }
    for (let next = place + 1; texts[next]?.from <= address + BEFORE_BYTES; ++next) {
      reached.add(texts[next]);
    }
  };
  for (const number of numbersIn(code)) name(number);
  for (const { from, to } of others) {
    for (let at = Math.ceil(from / WORD) * WORD; at + WORD <= to; at += WORD) {
      name(memory.readUInt32LE(at));
    }
  }
  return texts.filter((text) => !reached.has(text));
}
