// What a module's own sections say: names and sizes of functions, bytes of data. Enough to divide
// one, and to tell what it is made of; https://webassembly.github.io/spec/core/binary/
const CUSTOM = 0;
const IMPORT = 2;
const CODE = 10;
const DATA = 11;
const FUNCTION_NAMES = 1;

export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }
  byte() {
    return this.bytes[this.at++];
  }
  number() {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }
  signed() {
    let value = 0n;
    for (let shift = 0n; ; ) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      shift += 7n;
      if (byte < 128) return BigInt.asIntN(Number(shift), value);
    }
  }
  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  text() {
    return Buffer.from(this.take(this.number())).toString();
  }
  part() {
    const length = this.number();
    const inner = new Reader(this.bytes, this.at, this.at + length);
    this.at += length;
    return inner;
  }
}

function limits(reader) {
  const bounded = reader.byte() & 1;
  reader.number();
  if (bounded) reader.number();
}

/** How many functions come from outside: they have the first numbers. */
function importedFunctions(section) {
  let functions = 0;
  for (let count = section.number(); count > 0; --count) {
    section.text();
    section.text();
    const kind = section.byte();
    if (kind === 0) {
      ++functions;
      section.number();
    } else if (kind === 1) {
      section.byte();
      limits(section);
    } else if (kind === 2) {
      limits(section);
    } else if (kind === 3) {
      section.take(2);
    } else {
      section.byte();
      section.number();
    }
  }
  return functions;
}

function functionNames(section, names) {
  while (section.at < section.end) {
    const kind = section.byte();
    const part = section.part();
    if (kind !== FUNCTION_NAMES) continue;
    for (let count = part.number(); count > 0; --count) {
      const at = part.number();
      names.set(at, part.text());
    }
  }
}

/** `{functions: [{name, bytes}], data}` of a module that was linked with --profiling-funcs. */
export function readModule(bytes) {
  const module = new Reader(bytes, 8);
  const names = new Map();
  const bodies = [];
  let imported = 0;
  let data = new Uint8Array();
  while (module.at < module.end) {
    const kind = module.byte();
    const section = module.part();
    if (kind === CUSTOM && section.text() === "name") functionNames(section, names);
    if (kind === IMPORT) imported = importedFunctions(section);
    if (kind === DATA) data = bytes.subarray(section.at, section.end);
    if (kind === CODE) {
      for (let count = section.number(); count > 0; --count) {
        const body = section.part();
        bodies.push(bytes.subarray(body.at, body.end));
      }
    }
  }
  const functions = bodies.map((body, at) => ({ name: names.get(imported + at) ?? "", body }));
  return { functions, data };
}
