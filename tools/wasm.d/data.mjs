// Bytes of a module's memory that only the second part reads: they travel with it.
import { Reader } from "./names.mjs";
import { beyond, objectsOf } from "./reach.mjs";

const CODE = 10;
const DATA = 11;
const I32_CONST = 0x41;
const END = 0x0b;
const HEADER_BYTES = 8;
/** Fewer zeros are shorter than what says where it goes on behind them. */
const CUT_BYTES_MIN = 24;

function number(value) {
  const out = [];
  for (; value > 127; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return Buffer.from([...out, value]);
}

/** Of an address below 2 GiB: what i32.const takes is signed, so its last byte keeps a bit free. */
function signed(value) {
  const out = [];
  for (; value > 63; value = Math.floor(value / 128)) out.push((value % 128) | 128);
  return Buffer.from([...out, value]);
}

function sectionsOf(bytes) {
  const reader = new Reader(bytes, HEADER_BYTES);
  const out = [];
  while (reader.at < reader.end) {
    out.push({ kind: reader.byte(), body: reader.take(reader.number()) });
  }
  return out;
}

function segmentsOf(body) {
  const reader = new Reader(body);
  const out = [];
  for (let count = reader.number(); count > 0; --count) {
    if (reader.byte() !== 0 || reader.byte() !== I32_CONST) {
      throw new Error("a segment of another kind");
    }
    const address = Number(reader.signed());
    reader.byte(); // END
    out.push({ address, bytes: reader.take(reader.number()) });
  }
  return out;
}

const dataSection = (segments) => ({
  kind: DATA,
  body: Buffer.concat([
    number(segments.length),
    ...segments.flatMap(({ address, bytes }) => [
      Buffer.from([0, I32_CONST]),
      signed(address),
      Buffer.from([END]),
      number(bytes.length),
      bytes,
    ]),
  ]),
});

const moduleOf = (header, sections) =>
  Buffer.concat([
    header,
    ...sections.flatMap(({ kind, body }) => [Buffer.from([kind]), number(body.length), body]),
  ]);

/** The memory as segments make it, zeros in between. */
function memoryOf(segments) {
  const ends = segments.map(({ address, bytes }) => address + bytes.length);
  const memory = Buffer.alloc(Math.max(...ends));
  for (const { address, bytes } of segments) bytes.copy(memory, address);
  return memory;
}

/** Memory as segments, without its long runs of zeros. */
function withoutZeros(memory) {
  const segments = [];
  let from = 0;
  let to = 0;
  const end = () => {
    if (to > from) segments.push({ address: from, bytes: memory.subarray(from, to) });
  };
  for (let at = 0; at < memory.length; ++at) {
    if (memory[at] === 0) continue;
    if (at - to >= CUT_BYTES_MIN) {
      end();
      from = at;
    }
    to = at + 1;
  }
  end();
  return segments;
}

/** These objects as segments, those that touch as one. What lies between them is not theirs. */
function segmentsOfObjects(objects, memory) {
  const places = [];
  for (const { from, to } of objects) {
    if (places.at(-1)?.to === from) places.at(-1).to = to;
    else places.push({ from, to });
  }
  return places.map(({ from, to }) => ({ address: from, bytes: memory.subarray(from, to) }));
}

/**
 * `[first, rest]` with the objects that the first part's code does not reach set by the rest, as it
 * starts. `map` is the linker's.
 */
export function moveData(first, rest, map) {
  const sections = sectionsOf(first);
  const data = sections.find(({ kind }) => kind === DATA);
  const memory = memoryOf(segmentsOf(data.body));
  const code = sections.find(({ kind }) => kind === CODE).body;
  const moved = segmentsOfObjects(beyond(code, objectsOf(map, memory), memory), memory);
  const kept = Buffer.from(memory);
  for (const { address, bytes } of moved) kept.fill(0, address, address + bytes.length);
  data.body = dataSection(withoutZeros(kept)).body;
  const others = sectionsOf(rest);
  if (others.some(({ kind }) => kind === DATA)) throw new Error("the rest has data of its own");
  others.splice(others.findIndex(({ kind }) => kind === CODE) + 1, 0, dataSection(moved));
  const header = first.subarray(0, HEADER_BYTES);
  return [moduleOf(header, sections), moduleOf(header, others)];
}
